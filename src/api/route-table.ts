/**
 * Every route of the API once: what it is for, what it takes, which scope a key needs for it.
 * Guards decide by it, the OpenAPI description is made of it, and a test compares it with what is
 * served.
 */
import type * as v from 'valibot'
import { overviewQuery } from './overview-query.ts'
import {
  callsQuery, exportQuery, keyRequest, noteRequest, statisticsQuery, supportMessageRequest,
  supportRequest,
} from './schema-insight.ts'
import { chargesExportQuery, chargesQuery, paymentRequest } from './schema-money.ts'
import {
  chosenAudioRequest, greetingByPhoneRequest, heardRequest, linkRequest, messagesQuery,
  passwordRequest, pinRequest, settingsRequest, trialRequest, uploadQuery,
} from './schema-media.ts'
import {
  calendarImportRequest, calendarQuery, callerEntryRequest, callerListChange, callerListRequest,
  codeRequest,
  dayRequest, overrideRequest, previewRequest, simulateRequest, testCallRequest, verifyRequest,
} from './schema-rules.ts'
import {
  defaultNumberRequest, enabledRequest, loginRequest, numberRequest, numbersQuery, orderRequest,
  ruleRequest,
} from './schema.ts'
import type { KeyScope } from './schema-insight.ts'

/** 'login': a person who is logged in, no key; 'open': anybody. */
export type Access = KeyScope | 'login' | 'open'

export interface RouteEntry {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As Hono has it: '/api/rules/:id'. */
  readonly path: string
  readonly access: Access
  /** Of the chapter it stands in. */
  readonly group: string
  readonly summary: string
  readonly body?: v.GenericSchema
  readonly query?: v.GenericSchema
  /** Name of the reply's type in schema*.ts, or its media type. */
  readonly reply: string
  /** Of success; 200 unless said otherwise. */
  readonly status?: 201 | 202
}

type More = Partial<Pick<RouteEntry, 'body' | 'query' | 'status'>>

function group(name: string, routes: readonly (readonly [
  method: RouteEntry['method'], path: string, access: Access, reply: string, summary: string,
  more?: More,
])[]): RouteEntry[] {
  return routes.map(([method, path, access, reply, summary, more = {}]) =>
    ({ method, path, access, group: name, summary, reply, ...more }))
}

/** All routes below /api, and /media. */
export const routeTable: readonly RouteEntry[] = [
  ...group('Вход', [
    ['GET', '/api/health', 'open', 'Health', 'Работает ли база данных'],
    ['POST', '/api/login', 'open', 'Me', 'Войти', { body: loginRequest }],
    ['POST', '/api/logout', 'login', 'Nothing', 'Выйти'],
    ['GET', '/api/me', 'read', 'Me', 'Кто я, тариф, баланс'],
    ['GET', '/api/openapi.json', 'open', 'application/json', 'Это описание'],
    ['GET', '/api/docs', 'open', 'text/html', 'Это описание страницей'],
    ['GET', '/api/docs.css', 'open', 'text/css', 'Её оформление'],
  ]),
  ...group('Общее состояние', [
    ['GET', '/api/overview', 'read', 'OverviewReply', 'Куда пойдёт звонок; таймлайн',
      { query: overviewQuery }],
    ['PUT', '/api/override', 'write', 'OverrideReply', 'Сейчас всё на …, не беспокоить',
      { body: overrideRequest }],
    ['DELETE', '/api/override', 'write', 'OverrideReply', 'Вернуть расписание'],
    ['POST', '/api/simulate', 'read', 'SimulateReply', 'Кто зазвонит, если …',
      { body: simulateRequest }],
    ['POST', '/api/test-call', 'login', 'ErrandStarted', 'Позвонить мне сейчас',
      { body: testCallRequest, status: 202 }],
    ['GET', '/api/errands/:id', 'read', 'ErrandReply', 'Что вышло из заказанного звонка'],
    ['GET', '/api/events', 'login', 'text/event-stream', 'Поток событий: что изменилось'],
  ]),
  ...group('Правила', [
    ['GET', '/api/rules', 'read', 'RuleReply[]', 'Все правила в порядке действия'],
    ['POST', '/api/rules', 'write', 'RuleReply', 'Новое правило',
      { body: ruleRequest, status: 201 }],
    ['POST', '/api/rules/order', 'write', 'OrderReply', 'Порядок правил', { body: orderRequest }],
    ['POST', '/api/rules/preview', 'read', 'PreviewReply', 'Что будет, если сохранить',
      { body: previewRequest }],
    ['GET', '/api/rules/:id', 'read', 'RuleReply', 'Одно правило'],
    ['PUT', '/api/rules/:id', 'write', 'RuleReply', 'Изменить правило', { body: ruleRequest }],
    ['DELETE', '/api/rules/:id', 'write', 'RuleDeletedReply', 'Удалить правило'],
    ['POST', '/api/rules/:id/enabled', 'write', 'RuleReply', 'Включить или выключить',
      { body: enabledRequest }],
  ]),
  ...group('Мои номера', [
    ['GET', '/api/numbers', 'read', 'NumberReply[]', 'Все номера', { query: numbersQuery }],
    ['POST', '/api/numbers', 'write', 'NumberReply', 'Добавить номер',
      { body: numberRequest, status: 201 }],
    ['PUT', '/api/numbers/:id', 'write', 'NumberReply', 'Изменить номер', { body: numberRequest }],
    ['DELETE', '/api/numbers/:id', 'write', 'Nothing', 'Удалить номер'],
    ['POST', '/api/numbers/:id/verify', 'login', 'Verification', 'Прислать код',
      { body: verifyRequest, status: 202 }],
    ['POST', '/api/numbers/:id/verify/code', 'login', 'NumberReply', 'Подтвердить кодом',
      { body: codeRequest }],
    ['PUT', '/api/settings/default-number', 'write', 'DefaultNumber', 'Номер по умолчанию',
      { body: defaultNumberRequest }],
  ]),
  ...group('Звонящие', [
    ['GET', '/api/caller-lists', 'read', 'CallerListReply[]', 'Все списки'],
    ['POST', '/api/caller-lists', 'write', 'CallerListReply', 'Новый список',
      { body: callerListRequest, status: 201 }],
    ['GET', '/api/caller-lists/:id', 'read', 'CallerListReply', 'Один список'],
    ['PUT', '/api/caller-lists/:id', 'write', 'CallerListReply', 'Заменить список',
      { body: callerListChange }],
    ['DELETE', '/api/caller-lists/:id', 'write', 'Nothing', 'Удалить список'],
    ['POST', '/api/caller-lists/:id/entries', 'write', 'CallerListReply', 'Добавить звонящего',
      { body: callerEntryRequest }],
    ['DELETE', '/api/caller-lists/:id/entries/:mask', 'write', 'CallerListReply',
      'Убрать звонящего'],
  ]),
  ...group('Календарь', [
    ['GET', '/api/calendar', 'read', 'CalendarReply', 'Особые дни года', { query: calendarQuery }],
    ['POST', '/api/calendar/import', 'write', 'CalendarImportReply', 'Дни из файла iCalendar',
      { body: calendarImportRequest }],
    ['PUT', '/api/calendar/:date', 'write', 'DayReply', 'Свой день', { body: dayRequest }],
    ['DELETE', '/api/calendar/:date', 'write', 'Nothing', 'Вернуть день'],
  ]),
  ...group('Журнал', [
    ['GET', '/api/calls', 'read', 'CallsReply', 'Звонки', { query: callsQuery }],
    ['GET', '/api/calls/export.csv', 'read', 'text/csv', 'Звонки файлом CSV',
      { query: exportQuery }],
    ['GET', '/api/calls/export.xlsx', 'read',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'Звонки файлом XLSX',
      { query: exportQuery }],
    ['GET', '/api/calls/:id', 'read', 'CallReply', 'Один звонок'],
    ['POST', '/api/calls/:id/note', 'write', 'CallReply', 'Заметка', { body: noteRequest }],
    ['POST', '/api/calls/:id/block', 'write', 'CallReply', 'Заблокировать звонившего'],
    ['POST', '/api/calls/:id/allow', 'write', 'CallReply', 'Разблокировать звонившего'],
    ['GET', '/api/calls/:id/recording', 'media', 'RecordingReply', 'Запись разговора'],
    ['POST', '/api/calls/:id/recording/link', 'media', 'LinkReply', 'Ссылка на запись',
      { body: linkRequest }],
    ['GET', '/api/calls/:id/listenings', 'media', 'ListeningsReply', 'Кто слушал запись'],
    ['GET', '/media/:token', 'media', 'audio/wav', 'Звук по ссылке'],
    ['GET', '/api/statistics', 'read', 'StatisticsReply', 'Статистика', { query: statisticsQuery }],
  ]),
  ...group('Голосовая почта', [
    ['GET', '/api/messages', 'media', 'MessagesReply', 'Сообщения', { query: messagesQuery }],
    ['POST', '/api/messages/:id/heard', 'media', 'MessageReply', 'Прослушано или нет',
      { body: heardRequest }],
    ['DELETE', '/api/messages/:id', 'media', 'MessageReply', 'Удалить сообщение'],
    ['POST', '/api/messages/:id/restore', 'media', 'MessageReply', 'Вернуть сообщение'],
    ['POST', '/api/messages/:id/link', 'media', 'LinkReply', 'Ссылка на сообщение',
      { body: linkRequest }],
  ]),
  ...group('Настройки', [
    ['GET', '/api/settings', 'read', 'SettingsReply', 'Все настройки'],
    ['PUT', '/api/settings', 'login', 'SettingsReply', 'Изменить настройки',
      { body: settingsRequest }],
    ['PUT', '/api/settings/password', 'login', 'Nothing', 'Сменить пароль',
      { body: passwordRequest }],
    ['PUT', '/api/settings/pin', 'login', 'SettingsReply', 'PIN-код почты', { body: pinRequest }],
    ['POST', '/api/settings/notifications/test', 'login', 'TrialReply', 'Пробное уведомление',
      { body: trialRequest, status: 202 }],
    ['PUT', '/api/settings/audio', 'write', 'SettingsReply', 'Выбрать приветствие и музыку',
      { body: chosenAudioRequest }],
    ['GET', '/api/audio', 'media', 'AudioListReply', 'Приветствия и музыка'],
    ['POST', '/api/audio', 'media', 'AudioReply', 'Загрузить WAV',
      { query: uploadQuery, status: 201 }],
    ['POST', '/api/audio/by-phone', 'login', 'ErrandReply', 'Записать приветствие по телефону',
      { body: greetingByPhoneRequest, status: 202 }],
    ['DELETE', '/api/audio/:id', 'media', 'Nothing', 'Удалить запись'],
    ['POST', '/api/audio/:id/link', 'media', 'LinkReply', 'Ссылка на запись',
      { body: linkRequest }],
    ['GET', '/api/prompts/:language/:name', 'read', 'audio/wav', 'Что говорят звонящему'],
    ['GET', '/api/sessions', 'login', 'SessionsReply', 'Где выполнен вход'],
    ['DELETE', '/api/sessions/:id', 'login', 'SessionsReply', 'Завершить вход'],
    ['GET', '/api/keys', 'login', 'KeyReply[]', 'Ключи программ'],
    ['POST', '/api/keys', 'login', 'NewKeyReply', 'Новый ключ', { body: keyRequest, status: 201 }],
    ['DELETE', '/api/keys/:id', 'login', 'Nothing', 'Отозвать ключ'],
  ]),
  ...group('Деньги', [
    ['GET', '/api/payments/systems', 'read', 'PaymentSystemsReply', 'Чем можно пополнить баланс'],
    ['POST', '/api/payments', 'login', 'PaymentStarted', 'Начать платёж',
      { body: paymentRequest, status: 201 }],
    ['GET', '/api/payments/:number', 'read', 'PaymentReply', 'Что с платежом'],
    ['GET', '/api/charges', 'read', 'ChargesReply', 'Детализация за месяц',
      { query: chargesQuery }],
    ['GET', '/api/charges/export.csv', 'read', 'text/csv', 'Детализация файлом CSV',
      { query: chargesExportQuery }],
    ['GET', '/api/charges/export.xlsx', 'read',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'Детализация файлом XLSX', { query: chargesExportQuery }],
    ['GET', '/api/charges/statement', 'read', 'text/html', 'Детализация для печати',
      { query: chargesExportQuery }],
    ['GET', '/api/charges/statement.css', 'read', 'text/css', 'Её оформление'],
  ]),
  ...group('Платёжные системы', [
    ['POST', '/pay/robokassa/result', 'open', 'text/plain', 'ResultURL Робокассы'],
    ['GET', '/pay/robokassa/return', 'open', 'text/html', 'SuccessURL и FailURL Робокассы'],
    ['POST', '/pay/robokassa/return', 'open', 'text/html', 'То же методом POST'],
    ['POST', '/pay/qiwi/notice', 'open', 'application/json', 'Уведомление QIWI'],
    ['POST', '/pay/yookassa/webhook', 'open', 'application/json', 'Уведомление ЮKassa'],
  ]),
  ...group('Поддержка', [
    ['GET', '/api/support', 'login', 'SupportReply', 'Обращения'],
    ['POST', '/api/support', 'login', 'SupportThread', 'Новое обращение',
      { body: supportRequest, status: 201 }],
    ['GET', '/api/support/:id', 'login', 'SupportThread', 'Одно обращение'],
    ['POST', '/api/support/:id/messages', 'login', 'SupportThread', 'Дописать',
      { body: supportMessageRequest, status: 201 }],
  ]),
]

const byRoute = new Map(routeTable.map((route) => [`${route.method} ${route.path}`, route]))

/** The entry of a route as Hono names it; undefined for what is not in the table. */
export function findRoute(method: string, path: string): RouteEntry | undefined {
  return byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${path}`)
}
