/**
 * Entries of the table of routes about people: registration, links, the second factor, and the
 * manager's queue and number pool.
 */
import { group } from './route-entry.ts'
import {
  codeOnlyRequest, emailRequest, newPasswordRequest, passwordAndCodeRequest, passwordLinkRequest,
  poolChangeRequest, poolImportRequest, poolQuery, registerRequest, requestConfirmRequest,
  requestDocumentsRequest, requestMissedRequest, requestNoteRequest, requestNumberRequest,
  requestRejectRequest, requestsQuery, secondFactorRequest,
} from './schema-people.ts'

export const peopleRoutes = [
  ...group('Регистрация', [
    ['GET', '/api/register', 'open', 'RegisterForm', 'Что предлагает форма'],
    ['POST', '/api/register', 'open', 'RegisterReply', 'Отправить заявку',
      { body: registerRequest, status: 202 }],
    ['GET', '/api/register/:token', 'open', 'RegistrationReply', 'Что с заявкой'],
    ['POST', '/api/password-links', 'open', 'Nothing', 'Не помню пароль',
      { body: passwordLinkRequest, status: 202 }],
    ['GET', '/api/password-links/:token', 'open', 'PasswordLinkReply', 'Чей пароль по ссылке'],
    ['POST', '/api/password-links/:token', 'open', 'Nothing', 'Задать пароль по ссылке',
      { body: newPasswordRequest }],
    ['POST', '/api/password-links/:token/again', 'open', 'Nothing', 'Прислать новую ссылку',
      { status: 202 }],
    ['POST', '/api/email-links/:token', 'open', 'EmailConfirmedReply', 'Подтвердить адрес почты'],
  ]),
  ...group('Вход с кодом', [
    ['GET', '/api/second-factor', 'account', 'SecondFactorReply', 'Включён ли вход с кодом'],
    ['POST', '/api/second-factor', 'account', 'SecondFactorBegun', 'Начать включение',
      { body: secondFactorRequest }],
    ['POST', '/api/second-factor/confirm', 'account', 'RecoveryCodesReply', 'Включить кодом',
      { body: codeOnlyRequest }],
    ['POST', '/api/second-factor/fresh', 'account', 'SecondFactorReply',
      'Подтвердить себя кодом на десять минут', { body: codeOnlyRequest }],
    ['POST', '/api/second-factor/recovery', 'account', 'RecoveryCodesReply',
      'Новые запасные коды', { body: passwordAndCodeRequest }],
    ['DELETE', '/api/second-factor', 'account', 'Nothing', 'Выключить',
      { body: passwordAndCodeRequest }],
    ['GET', '/api/settings/email', 'account', 'EmailReply', 'Адрес почты'],
    ['PUT', '/api/settings/email', 'account', 'EmailReply', 'Сменить адрес почты',
      { body: emailRequest, status: 202 }],
    ['DELETE', '/api/settings/email', 'account', 'EmailReply', 'Не менять адрес почты'],
  ]),
]

export const deskPeopleRoutes = group('Менеджер', [
  ['GET', '/api/desk/requests', 'manager', 'RequestsReply', 'Очередь заявок',
    { query: requestsQuery }],
  ['GET', '/api/desk/requests/:id', 'manager', 'RequestReply', 'Одна заявка'],
  ['POST', '/api/desk/requests/:id/claim', 'manager', 'RequestReply', 'Взять в работу'],
  ['POST', '/api/desk/requests/:id/release', 'manager', 'RequestReply', 'Оставить коллегам'],
  ['POST', '/api/desk/requests/:id/number', 'manager', 'RequestReply', 'Придержать номер',
    { body: requestNumberRequest }],
  ['POST', '/api/desk/requests/:id/notes', 'manager', 'RequestReply', 'Заметка',
    { body: requestNoteRequest, status: 201 }],
  ['POST', '/api/desk/requests/:id/missed', 'manager', 'RequestReply', 'Не дозвонились',
    { body: requestMissedRequest }],
  ['POST', '/api/desk/requests/:id/documents', 'manager', 'RequestReply', 'Ждём документы',
    { body: requestDocumentsRequest }],
  ['POST', '/api/desk/requests/:id/reject', 'manager', 'RequestReply', 'Отклонить',
    { body: requestRejectRequest }],
  ['POST', '/api/desk/requests/:id/confirm', 'manager', 'RequestReply', 'Подтвердить',
    { body: requestConfirmRequest }],
  ['GET', '/api/desk/numbers', 'manager', 'PoolReply', 'Номера оператора', { query: poolQuery }],
  ['POST', '/api/desk/numbers/import', 'manager', 'PoolImportReply', 'Добавить номера',
    { body: poolImportRequest }],
  ['PUT', '/api/desk/numbers/:address', 'manager', 'PoolNumber', 'Изменить состояние номера',
    { body: poolChangeRequest }],
])
