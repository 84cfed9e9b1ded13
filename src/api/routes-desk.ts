/**
 * The rows of the table of routes for the manager's desk: subscribers, tariffs, trunks, money,
 * alarms, letters, the log.
 */
import { group } from './route-entry.ts'
import type { RouteEntry } from './route-entry.ts'
import {
  deskAlarmCloseRequest, deskAlarmsQuery, deskAuditExportQuery, deskAuditQuery, deskEmailRequest,
  deskLettersQuery, deskNoteRequest, deskNumberRequest, deskStatusRequest, deskSubscriberRequest,
  deskSubscribersQuery, deskTariffChangeRequest,
} from './schema-desk.ts'
import {
  deskCorrectionRequest, deskCorrectionsQuery, deskPaymentsQuery, deskPriceQuery,
  deskRatesRequest, deskRefundRequest, deskTariffChange, deskTariffRequest, deskTestCallRequest,
  deskTrunkChange, deskTrunkEnabledRequest, deskTrunkRequest,
} from './schema-desk-trade.ts'

const one = '/api/desk/subscribers/:id'
const card = 'DeskSubscriberCard'

/** Routes of the desk besides those of requests, numbers, limits, support and live calls. */
export const deskRouteTable: readonly RouteEntry[] = [
  ...group('Менеджер: абоненты', [
    ['GET', '/api/desk/home', 'manager', 'DeskHomeReply', 'Что ждёт, в порядке ли система'],
    ['GET', '/api/desk/subscribers', 'manager', 'DeskSubscribersReply', 'Найти абонентов',
      { query: deskSubscribersQuery }],
    ['GET', one, 'manager', card, 'Карточка абонента (просмотр записывается)'],
    ['PUT', one, 'manager', card, 'Изменить данные', { body: deskSubscriberRequest }],
    ['POST', `${one}/status`, 'manager', card, 'Заморозить, приостановить, закрыть, вернуть',
      { body: deskStatusRequest }],
    ['POST', `${one}/tariff`, 'manager', card, 'Другой тариф, сейчас или с даты',
      { body: deskTariffChangeRequest }],
    ['POST', `${one}/email`, 'manager', 'Nothing', 'Другой адрес: ссылка на него',
      { body: deskEmailRequest, status: 202 }],
    ['POST', `${one}/password-link`, 'manager', 'Nothing', 'Прислать ссылку для пароля',
      { status: 202 }],
    ['POST', `${one}/numbers`, 'manager', card, 'Дать номер из пула',
      { body: deskNumberRequest }],
    ['DELETE', `${one}/numbers/:address`, 'manager', card, 'Забрать номер'],
    ['POST', `${one}/notes`, 'manager', card, 'Заметка для своих', { body: deskNoteRequest }],
    ['POST', `${one}/view`, 'manager', 'DeskViewReply', 'Посмотреть как абонент'],
    ['DELETE', '/api/desk/view', 'manager', 'Nothing', 'Вернуться к себе'],
  ]),
  ...group('Менеджер: тарифы', [
    ['GET', '/api/desk/tariffs', 'manager', 'DeskTariffsReply', 'Все тарифы'],
    ['POST', '/api/desk/tariffs', 'manager', 'DeskTariffReply', 'Новый тариф или новая версия',
      { body: deskTariffRequest, status: 201 }],
    ['POST', '/api/desk/tariffs/rates', 'manager', 'DeskRatesReply', 'Прочитать цены из CSV',
      { body: deskRatesRequest }],
    ['GET', '/api/desk/tariffs/:id', 'manager', 'DeskTariffReply', 'Один тариф с ценами'],
    ['PUT', '/api/desk/tariffs/:id', 'manager', 'DeskTariffReply', 'Изменить то, что не цена',
      { body: deskTariffChange }],
    ['GET', '/api/desk/tariffs/:id/price', 'manager', 'DeskPriceReply', 'Сколько стоит звонок',
      { query: deskPriceQuery }],
    ['GET', '/api/desk/tariffs/:id/rates.csv', 'manager', 'text/csv', 'Цены файлом CSV'],
  ]),
  ...group('Менеджер: транки', [
    ['GET', '/api/desk/trunks', 'manager', 'DeskTrunksReply', 'Все транки и их состояние'],
    ['POST', '/api/desk/trunks', 'manager', 'DeskTrunk', 'Новый транк',
      { body: deskTrunkRequest, status: 201 }],
    ['GET', '/api/desk/trunks/:id', 'manager', 'DeskTrunk', 'Один транк'],
    ['PUT', '/api/desk/trunks/:id', 'manager', 'DeskTrunk', 'Изменить транк',
      { body: deskTrunkChange }],
    ['POST', '/api/desk/trunks/:id/enabled', 'manager', 'DeskTrunk', 'Включить или выключить',
      { body: deskTrunkEnabledRequest }],
    ['POST', '/api/desk/trunks/:id/test-call', 'manager', 'DeskTestCallReply',
      'Позвонить через него', { body: deskTestCallRequest, status: 202 }],
    ['GET', '/api/desk/trunks/test-calls/:id', 'manager', 'DeskTestCallReply',
      'Что вышло из проверки'],
  ]),
  ...group('Менеджер: деньги', [
    ['GET', '/api/desk/payments', 'manager', 'DeskPaymentsReply', 'Платежи',
      { query: deskPaymentsQuery }],
    ['GET', '/api/desk/payments/:number', 'manager', 'DeskPaymentReply',
      'Один платёж с уведомлениями'],
    ['POST', '/api/desk/payments/:number/refund', 'manager', 'DeskPaymentReply',
      'Вернуть деньги', { body: deskRefundRequest }],
    ['POST', `${one}/corrections`, 'manager', 'DeskCorrection', 'Корректировка баланса',
      { body: deskCorrectionRequest, status: 201 }],
    ['GET', '/api/desk/corrections', 'manager', 'DeskCorrectionsReply', 'Корректировки',
      { query: deskCorrectionsQuery }],
    ['POST', '/api/desk/corrections/:id/confirm', 'manager', 'DeskCorrection',
      'Согласиться (другой менеджер)'],
    ['POST', '/api/desk/corrections/:id/refuse', 'manager', 'DeskCorrection', 'Отказать'],
    ['GET', '/api/desk/ledger-check', 'manager', 'DeskLedgerCheckReply', 'Ночная проверка'],
    ['POST', '/api/desk/ledger-check', 'manager', 'DeskLedgerCheckReply', 'Проверить сейчас'],
  ]),
  ...group('Менеджер: тревоги, письма, журнал', [
    ['GET', '/api/desk/alarms', 'manager', 'DeskAlarmsReply', 'Тревоги',
      { query: deskAlarmsQuery }],
    ['POST', '/api/desk/alarms/:id/close', 'manager', 'DeskAlarm', 'Закрыть с пояснением',
      { body: deskAlarmCloseRequest }],
    ['GET', '/api/desk/letters', 'manager', 'DeskLettersReply', 'Недоставленные письма',
      { query: deskLettersQuery }],
    ['POST', '/api/desk/letters/:id/again', 'manager', 'Nothing', 'Отправить снова'],
    ['DELETE', '/api/desk/letters/:id', 'manager', 'Nothing', 'Больше не отправлять'],
    ['GET', '/api/desk/audit', 'manager', 'DeskAuditReply', 'Журнал действий',
      { query: deskAuditQuery }],
    ['GET', '/api/desk/audit/export.csv', 'manager', 'text/csv', 'Он же файлом CSV',
      { query: deskAuditExportQuery }],
  ]),
]
