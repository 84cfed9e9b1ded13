/**
 * What this application says it can do, wherever SIP wants to be told (RFC 3261 §20.1, §20.5,
 * §20.37): the same in every answer and every INVITE, so that no side learns a different story.
 */

/** Value of Allow. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE'

/** Answer headers to OPTIONS, inside and outside dialogs (RFC 3261 §11.2). */
export const capabilities = {
  Allow: allowedMethods, Accept: 'application/sdp', Supported: 'timer',
} as const
