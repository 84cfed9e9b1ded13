/**
 * The tag `trying`: an application that authenticates with it is told of a 100 to its INVITEs, so
 * that it can tell a dead next hop from a slow one. All others are not (control protocol §19.12).
 */
import t from 'tap'
import { playAll } from '../support/play-scripts.ts'

const withTag = `
  app > authenticate cymru|trying
  app < OK *
`

playAll(t, [
  {
    name: 'with the tag: 100 right behind the reply to the INVITE, then the rest',
    script: `${withTag}
      app > INVITE sip:bob@127.50.0.3
      bob < INVITE
      app < sent INVITE
      bob > 100
      app < 100
        CSeq: * INVITE
      wait 6000
      bob > 180
      app < 180
      bob > 200
      app < 200
      app > ACK bob
      bob < ACK
      app < sent ACK`,
  },
  {
    name: 'among several tags, in any place',
    script: `
      app > authenticate cymru|blue,trying
      app < OK *
      app > INVITE sip:bob@127.50.0.3
      bob < INVITE
      app < sent INVITE
      bob > 100
      app < 100`,
  },
  {
    name: 'a 100 that is repeated is told once; a re-INVITE and a BYE keep theirs to themselves',
    script: `${withTag}
      app > INVITE sip:bob@127.50.0.3
      bob < INVITE
      app < sent INVITE
      bob > 100
      app < 100
      bob > again
      app < nothing
      bob > 200
      app < 200
      app > ACK bob
      bob < ACK
      app < sent ACK
      app > INVITE bob
      bob < INVITE
      app < sent INVITE
      bob > 100
      app < nothing
      bob > 200
      app < 200
      app > ACK bob
      bob < ACK
      app < sent ACK
      app > BYE bob
      bob < BYE
      app < sent BYE
      bob > 100 BYE
      app < nothing
      bob > 200 BYE
      app < 200
      wait 40000
      left nothing`,
  },
  {
    name: 'without the tag: no 100; another application with the tag changes nothing for this one',
    script: `
      app2 > authenticate cymru|trying
      app2 < OK *
      app > authenticate cymru|Trying,retrying
      app < OK *
      app > INVITE sip:bob@127.50.0.3
      bob < INVITE
      app < sent INVITE
      bob > 100
      app < nothing
      bob > 486
      bob < ACK
      app < 486
      app2 < nothing
      wait 40000
      left nothing`,
  },
  {
    name: 'cancelled before the 100: the CANCEL goes out with it',
    script: `${withTag}
      app > INVITE sip:bob@127.50.0.3
      bob < INVITE
      app < sent INVITE
      app > CANCEL bob
      app < sent CANCEL
      bob > 100
      bob < CANCEL
      app < 100
      bob > 200 CANCEL
      bob > 487 INVITE
      bob < ACK
      app < 487
      wait 40000
      left nothing`,
  },
])
