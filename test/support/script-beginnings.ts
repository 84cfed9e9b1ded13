/**
 * Beginnings that many scripts share, in the language of `script-player.ts`.
 */

/** The application is there and wants INVITEs. */
export const ready = `
  app > authenticate cymru
  app < OK *
  app > route invite
  app < OK
`

/** The application is there to make calls. */
export const caller = `
  app > authenticate cymru
  app < OK *
`

/** alice has called, the application has answered, the ACK is in. */
export const answered = `${ready}
  alice > INVITE
  alice < 100
  app < INVITE
  app > 200 alice
  alice < 200 INVITE
  app < sent 200
  alice > ACK
  app < ACK
`

/** The application has called bob, he has answered, the ACK is out. */
export const called = `${caller}
  app > INVITE sip:bob@127.50.0.3
  bob < INVITE
  app < sent INVITE
  bob > 200
  app < 200
  app > ACK bob
  bob < ACK
  app < sent ACK
`

/** alice hangs up; nothing remains. */
export const aliceHangsUp = `
  alice > BYE
  app < BYE
  app > 200 alice BYE
  alice < 200 BYE
  app < sent 200
  wait 40000
  left nothing
`

/** The application hangs up on bob; nothing remains. */
export const appHangsUpBob = `
  app > BYE bob
  bob < BYE
  app < sent BYE
  bob > 200 BYE
  app < 200
  wait 40000
  left nothing
`

/** The application hangs up on alice; nothing remains. */
export const appHangsUpAlice = appHangsUpBob.replaceAll('bob', 'alice')
