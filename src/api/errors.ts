/**
 * Failures of the API (RFC 9457): every one has a status, a stable code and a sentence. The panel
 * shows its own words where it knows the code; the sentence here is for the codes it does not know.
 */
import { PasswordsBusy } from '../store/password.ts'
import { StoreError, isRetryable } from '../store/errors.ts'
import type { StoreErrorCode } from '../store/errors.ts'
import type { Problem, RuleReply } from './schema.ts'
import type { SettingsReply } from './schema-media.ts'

export type ApiStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503

export interface ApiErrorFacts {
  readonly field?: string
  readonly details?: Readonly<Record<string, string | number>>
  readonly rule?: RuleReply
  readonly settings?: SettingsReply
  readonly retryAfterSeconds?: number
}

/** A request that is answered with a Problem. */
export class ApiError extends Error {
  readonly status: ApiStatus
  readonly code: string
  readonly facts: ApiErrorFacts
  constructor(status: ApiStatus, code: string, facts: ApiErrorFacts = {}) {
    super(sentences[`${code}.${facts.details?.['why']}`] ?? sentences[code] ?? code)
    this.status = status
    this.code = code
    this.facts = facts
  }

  /** The body of the reply. */
  problem(requestId: string): Problem {
    const { field, details, rule, settings } = this.facts
    return {
      type: `/api/docs#${this.code}`,
      title: this.message,
      status: this.status,
      code: this.code,
      message: this.message,
      requestId,
      ...(field === undefined ? {} : { field }),
      ...(details === undefined ? {} : { details }),
      ...(rule === undefined ? {} : { rule }),
      ...(settings === undefined ? {} : { settings }),
    }
  }
}

/** What a fault thrown anywhere is to the client. 500 means: our own bug, to be logged. */
export function apiErrorFrom(fault: unknown): ApiError {
  if (fault instanceof ApiError) return fault
  if (fault instanceof StoreError) {
    const details = plainDetails(fault.details)
    return new ApiError(storeStatus[fault.code], fault.code, {
      ...(fault.field === undefined ? {} : { field: fault.field }),
      ...(Object.keys(details).length === 0 ? {} : { details }),
    })
  }
  if (fault instanceof PasswordsBusy) return new ApiError(503, 'busy', { retryAfterSeconds: 1 })
  if (isRetryable(fault)) return new ApiError(503, 'unavailable', { retryAfterSeconds: 2 })
  return new ApiError(500, 'internal')
}

const storeStatus: Readonly<Record<StoreErrorCode, ApiStatus>> = {
  not_found: 404,
  limit: 409,
  number_in_use: 409,
  number_is_default: 409,
  rule_changed: 409,
  rules_changed: 409,
  unknown_number: 422,
  unknown_rule: 422,
  login_taken: 409,
  number_taken: 409,
  errand_running: 409,
  call_over: 409,
  settings_changed: 409,
  audio_in_use: 409,
  unknown_audio: 422,
  unknown_list: 422,
  unknown_dialled: 422,
  list_in_use: 409,
  list_taken: 409,
  code_gone: 409,
  code_too_soon: 429,
  wrong_code: 422,
  bad_tariff: 422,
  form_reused: 409,
  too_many_payments: 429,
  not_refundable: 409,
  balance_low: 409,
  no_address: 422,
  too_many_trials: 429,
  status_refused: 409,
  bad_country: 422,
  bad_limit: 422,
  second_factor_on: 409,
  link_expired: 410,
  link_used: 410,
  request_changed: 409,
  request_claimed: 409,
  number_assigned: 409,
  subscriber_changed: 409,
  status_changed: 409,
  tariff_changed: 409,
  tariff_not_valid: 422,
  trunk_changed: 409,
  trunk_taken: 409,
  trunk_password: 422,
  trunk_off: 409,
  correction_decided: 409,
  same_manager: 409,
  last_number: 409,
}

const sentences: Readonly<Record<string, string>> = {
  bad_json: 'Запрос не читается: это не JSON.',
  invalid: 'Проверьте поле: значение не подходит.',
  bad_number: 'Это не похоже на номер телефона. Напишите его с кодом: +7 916 123-45-67.',
  refused_number: 'На этот номер переадресовать нельзя.',
  'bad_number.tooShort': 'Номер слишком короткий. Напишите его с кодом: +7 916 123-45-67.',
  'bad_number.tooLong': 'Номер слишком длинный: в нём не больше 15 цифр.',
  'bad_number.letters': 'В номере есть буквы. Напишите его цифрами: +7 916 123-45-67.',
  'bad_number.badUri': 'Адрес SIP пишется так: sip:anna@example.com.',
  'refused_number.own': 'Это Ваш персональный номер: звонок пошёл бы по кругу.',
  'refused_number.emergency': 'На экстренные службы переадресовать нельзя.',
  'refused_number.short': 'На короткие номера переадресовать нельзя.',
  'refused_number.premium': 'На платные номера переадресовать нельзя.',
  'refused_number.satellite': 'На спутниковые номера переадресовать нельзя.',
  'refused_number.special': 'На номера международных служб переадресовать нельзя.',
  'refused_number.shared': 'На номера с особой оплатой переадресовать нельзя.',
  'refused_number.country': 'Эта страна не открыта.',
  'refused_number.manyAccounts': 'Этот номер уже есть у многих абонентов. Напишите в поддержку.',
  bad_credentials: 'Логин или пароль не подошли.',
  too_many_attempts: 'Слишком много попыток. Подождите немного.',
  too_many_streams: 'Открыто слишком много окон.',
  unauthorized: 'Войдите ещё раз.',
  foreign_origin: 'Запрос пришёл с другого сайта.',
  not_json: 'Запрос должен быть в формате JSON.',
  too_large: 'Запрос слишком велик.',
  not_found: 'Этого уже нет.',
  limit: 'Больше добавить нельзя: достигнут предел.',
  number_in_use: 'Номер используется в правилах.',
  number_is_default: 'Это номер по умолчанию. Сначала выберите другой.',
  rule_changed: 'Правило изменили в другом окне.',
  rules_changed: 'Список правил изменили в другом окне.',
  unknown_number: 'Одного из номеров уже нет в «Моих номерах».',
  unknown_rule: 'Следующего правила уже нет.',
  errand_running: 'Один звонок уже заказан. Дождитесь его.',
  call_over: 'Звонок уже закончился.',
  no_ladder: 'Сообщения SIP этого звонка не сохранились.',
  settings_changed: 'Настройки изменили в другом окне.',
  audio_in_use: 'Эта запись звучит в правилах.',
  unknown_audio: 'Этой записи уже нет.',
  bad_audio: 'Этот файл не подходит: нужен звук в формате WAV.',
  'bad_audio.notWav': 'Это не файл WAV.',
  'bad_audio.unsupported': 'Такой звук не читается. Сохраните его как обычный WAV (PCM, 16 бит).',
  'bad_audio.tooShort': 'Запись слишком короткая.',
  'bad_audio.tooLong': 'Запись слишком длинная.',
  no_space: 'На сервере мало места. Мы уже знаем об этом.',
  wrong_password: 'Пароль не подошёл.',
  weak_password: 'Этот пароль слишком простой.',
  weak_pin: 'Этот PIN-код слишком простой.',
  bad_zone: 'Такого часового пояса нет.',
  link_expired: 'Ссылка устарела.',
  not_ready: 'Запись ещё не готова.',
  media_unavailable: 'Медиасервер сейчас не отвечает. Повторите позже.',
  unknown_list: 'Одного из списков звонящих уже нет.',
  unknown_dialled: 'Такого персонального номера у Вас нет.',
  list_in_use: 'Список используется в правилах.',
  list_taken: 'Список с таким названием уже есть.',
  code_gone: 'Этот код больше не действует. Запросите новый.',
  code_too_soon: 'Новый код можно запросить через минуту.',
  wrong_code: 'Код не подошёл.',
  channel_off: 'Таким способом уведомления сейчас не отправляются.',
  no_address: 'Сначала укажите, куда отправлять.',
  too_many_trials: 'Пробные уведомления можно отправлять раз в минуту.',
  bad_tariff: 'В тарифе есть ошибка.',
  form_reused: 'Эта форма уже отправлена с другими данными. Откройте её ещё раз.',
  too_many_payments: 'Слишком много начатых платежей. Подождите немного.',
  not_refundable: 'Этот платёж вернуть нельзя.',
  balance_low: 'На счёте нет такой суммы.',
  payments_off: 'Эта платёжная система сейчас не работает. Выберите другую.',
  payments_unavailable: 'Платёжная система не отвечает. Повторите через минуту.',
  sms_failed: 'СМС сейчас не уходит. Подтвердите номер звонком или повторите позже.',
  sms_off: 'СМС сейчас не отправляются. Подтвердите номер звонком.',
  bad_mask: 'Это не похоже на номер. Напишите +7 916 123-45-67 или начало номера: +7 495 *.',
  'bad_mask.tooWide': 'Так подошёл бы почти любой номер. Напишите больше цифр.',
  'bad_mask.starInside': 'Звёздочка может стоять только в конце.',
  caller_unknown: 'У этого звонка нет номера.',
  bad_calendar: 'Этот файл не читается: нужен календарь в формате iCalendar (.ics).',
  status_refused: 'Закрытый номер снова не открывают.',
  bad_country: 'Эту страну открыть нельзя.',
  bad_limit: 'Такого значения у этого предела не бывает.',
  bad_file: 'Такой файл приложить нельзя. Можно PNG, JPEG, PDF, текст и WAV.',
  attachments_off: 'Файлы сейчас не принимаются.',
  key_scope: 'Этому ключу такое не разрешено.',
  too_wide: 'Слишком большой промежуток времени.',
  not_test_number: 'Проверить можно звонком с одного из Ваших номеров.',
  login_taken: 'Такой логин уже есть.',
  number_taken: 'Этот номер уже занят.',
  second_factor_on: 'Вход с кодом уже включён.',
  second_factor_required: 'Введите код из приложения.',
  second_factor_off: 'Для этого сначала включите вход с кодом.',
  ticket_expired: 'Время вышло. Введите пароль ещё раз.',
  link_used: 'По этой ссылке уже прошли.',
  request_changed: 'Заявку изменили в другом окне.',
  request_claimed: 'С этой заявкой работает коллега.',
  number_assigned: 'Этот номер занят абонентом.',
  not_a_subscriber: 'Это есть только у абонентов.',
  read_only: 'Вы смотрите панель абонента: изменить в ней ничего нельзя.',
  password_change_required: 'Сначала смените временный пароль.',
  subscriber_changed: 'Данные абонента изменили в другом окне.',
  status_changed: 'Статус абонента уже изменили.',
  tariff_changed: 'Тариф изменили в другом окне.',
  tariff_not_valid: 'Этот тариф в указанное время не действует.',
  trunk_changed: 'Транк изменили в другом окне.',
  trunk_taken: 'Транк с таким названием уже есть.',
  trunk_password: 'Для другого адреса введите пароль снова: прежний ему не передаётся.',
  trunk_off: 'Транк выключен: сначала включите его.',
  correction_decided: 'Об этой корректировке уже решили.',
  last_number: 'Это его единственный номер: сначала дайте ему другой.',
  same_manager: 'Нужно решение другого менеджера.',
  bad_net: 'Это не сеть. Напишите её так: 203.0.113.0/24.',
  listening_refused: 'Слушать записи абонентов Вам не разрешено.',
  check_running: 'Проверка уже идёт. Подождите немного.',
  'bad_number.notANumber': 'Это не номер телефона.',
  busy: 'Сейчас много входов сразу. Повторите через секунду.',
  unavailable: 'База данных не отвечает. Повторите через несколько секунд.',
  internal: 'Это ошибка на нашей стороне, мы её записали.',
}

function plainDetails(details: Readonly<Record<string, unknown>>): Record<string, string | number> {
  const plain: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(details)) {
    if (typeof value === 'string' || typeof value === 'number') plain[name] = value
  }
  return plain
}
