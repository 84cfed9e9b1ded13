/**
 * The tariff of the demo subscriber: prices as an operator of 2026 might have them, with every part
 * that a tariff can have.
 */
import type { Rate, Tariff } from '../money/tariff.ts'

/**
 * 'Базовый': 100 minutes a month to Russia, 60+1 to mobiles, nothing for the first three seconds.
 */
export const demoTariff: Omit<Tariff, 'id'> = {
  name: 'Базовый',
  monthlyKopecks: 150_00,
  includedSeconds: 100 * 60,
  includedPrefixes: ['7', '79', '7495', '7499'],
  freeAnswerSeconds: 3,
  rates: [
    rate('7495', 'Москва', 90),
    rate('7499', 'Москва', 90),
    rate('7', 'Россия', 170),
    rate('79', 'Россия, мобильные', 190, { firstStepSeconds: 60 }),
    rate('76', 'Казахстан', 1100, { firstStepSeconds: 60, nextStepSeconds: 60 }),
    rate('77', 'Казахстан', 1100, { firstStepSeconds: 60, nextStepSeconds: 60 }),
    rate('30', 'Греция', 650, { connectionKopecks: 100, firstStepSeconds: 60 }),
    rate('306', 'Греция, мобильные', 1290, { connectionKopecks: 100, firstStepSeconds: 60 }),
    rate('', 'Остальные страны', 3500, {
      connectionKopecks: 300, firstStepSeconds: 60, nextStepSeconds: 60,
    }),
  ],
  validFromMs: undefined,
  validToMs: undefined,
}

function rate(
  prefix: string, name: string, kopecksPerMinute: number,
  more: Partial<Pick<Rate, 'connectionKopecks' | 'firstStepSeconds' | 'nextStepSeconds'>> = {},
): Rate {
  return {
    prefix, name, kopecksPerMinute, connectionKopecks: 0, firstStepSeconds: 1, nextStepSeconds: 1,
    ...more,
  }
}
