/**
 * Requests about people: registration, passwords, the second factor, the e-mail address, limits.
 * Knows paths and shapes; keeps no state.
 */
import type { MeReply } from '../src/api/schema.ts'
import type { LimitsReply } from '../src/api/schema-limits.ts'
import type {
  EmailConfirmedReply, EmailReply, PasswordLinkReply, RecoveryCodesReply, RegisterForm,
  RegisterReply, RegisterRequest, RegistrationReply, SecondFactorBegun, SecondFactorReply,
} from '../src/api/schema-people.ts'
import { send } from './api.ts'

export const peopleApi = {
  form: () => send('GET', '/register') as Promise<RegisterForm>,
  register: (body: RegisterRequest) => send('POST', '/register', body) as Promise<RegisterReply>,
  registration: (token: string) =>
    send('GET', `/register/${token}`) as Promise<RegistrationReply>,
  forgot: (login: string) => send('POST', '/password-links', { login }),
  passwordLink: (token: string) =>
    send('GET', `/password-links/${token}`) as Promise<PasswordLinkReply>,
  setPassword: (token: string, password: string) =>
    send('POST', `/password-links/${token}`, { password }),
  newLink: (token: string) => send('POST', `/password-links/${token}/again`),
  secondLogin: (ticket: string, code: string) =>
    send('POST', '/login/second', { ticket, code }) as Promise<MeReply>,
  confirmEmail: (token: string) =>
    send('POST', `/email-links/${token}`) as Promise<EmailConfirmedReply>,
  email: () => send('GET', '/settings/email') as Promise<EmailReply>,
  changeEmail: (email: string, password: string) =>
    send('PUT', '/settings/email', { email, password }) as Promise<EmailReply>,
  keepEmail: () => send('DELETE', '/settings/email') as Promise<EmailReply>,
  secondFactor: () => send('GET', '/second-factor') as Promise<SecondFactorReply>,
  beginSecondFactor: (password: string) =>
    send('POST', '/second-factor', { password }) as Promise<SecondFactorBegun>,
  confirmSecondFactor: (code: string) =>
    send('POST', '/second-factor/confirm', { code }) as Promise<RecoveryCodesReply>,
  newRecoveryCodes: (password: string, code: string) =>
    send('POST', '/second-factor/recovery', { password, code }) as Promise<RecoveryCodesReply>,
  endSecondFactor: (password: string, code: string) =>
    send('DELETE', '/second-factor', { password, code }),
  limits: () => send('GET', '/limits') as Promise<LimitsReply>,
  openCountries: (countries: readonly string[]) =>
    send('PUT', '/limits', { countries }) as Promise<LimitsReply>,
}
