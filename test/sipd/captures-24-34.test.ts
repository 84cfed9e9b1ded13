/**
 * Transcripts 24–34 of the original server, replayed: re-INVITE, reliable provisional responses,
 * OPTIONS, nobody there, REGISTER, requests inside a dialog, late offers.
 */
import t from 'tap'
import type { ScriptCase } from '../support/play-scripts.ts'
import { playAll } from '../support/play-scripts.ts'
import { aliceHangsUp, answered, appHangsUpAlice, appHangsUpBob, called, caller, ready } from '../support/script-beginnings.ts'

const cases: ScriptCase[] = [
  {
    name: '24 re-INVITE of the caller, then one of the application',
    script: `${answered}
      wait 200
      alice > INVITE
      alice < 100
      app < INVITE
        meta 9: *;from-tag=alicefrom*
      app > 200 alice
      alice < 200 INVITE
        Contact: <sip:127.50.0.1:5060>
      app < sent 200
      alice > ACK
      app < ACK
      wait 200
      app > INVITE alice
        Contact: <sip:127.50.0.1:5060>
      alice < INVITE
        R-URI: sip:alice@127.50.0.2:5060
        To: <sip:alice@127.50.0.2>;tag=alicefrom*
        Contact: <sip:127.50.0.1:5060>
      app < sent INVITE
      alice > 200 INVITE
      app < 200
      app > ACK alice
      alice < ACK
      app < sent ACK
      ${appHangsUpAlice}`,
  },
  {
    name: '25 re-INVITE of the callee answered; a re-INVITE of the application refused, ACK by the server',
    script: `${called}
      wait 200
      bob > INVITE
      bob < 100
      app < INVITE
      app > 200 bob
      bob < 200 INVITE
      app < sent 200
      bob > ACK
      app < ACK
      wait 200
      app > INVITE bob
      bob < INVITE
        Contact: <sip:127.50.0.1:5060>
      app < sent INVITE
      bob > 488 INVITE
      bob < ACK
      app < 488
      ${appHangsUpBob}`,
  },
  {
    name: '26 a reliable 183 received: PRACK in the early dialog',
    script: `${caller}
      app > INVITE sip:bob@127.50.0.3
        Supported: 100rel
      bob < INVITE
        Supported: 100rel
        CSeq: * INVITE
      app < sent INVITE
      bob > 183
        Require: 100rel
        RSeq: 7001
        body: sdp
      app < 183
        RSeq: 7001
        body: sdp
      app > PRACK bob
        rack: 7001 {cseq} INVITE
      bob < PRACK
        R-URI: sip:bob@127.50.0.3:5060
        RAck: 7001 * INVITE
      app < sent PRACK
      bob > 200 PRACK
      app < 200
      wait 100
      bob > 200 INVITE
      app < 200
      app > ACK bob
      bob < ACK
      app < sent ACK
      ${appHangsUpBob}`,
  },
  {
    name: '27 a reliable 183 sent: repeated until PRACK, which the application answers',
    script: `${ready}
      alice > INVITE
        Supported: 100rel
      alice < 100
      app < INVITE
      app > 183 alice
        require: 100rel
        body: sdp
      alice < 183
        Require: 100rel
        RSeq: *
        Contact: <sip:127.50.0.1:5060>
      app < sent 183
        RSeq: *
      wait 500
      alice < 183
      wait 200
      alice > PRACK
        RAck: {rseq} 1 INVITE
      app < PRACK
        meta 9: *;from-tag=alicefrom*
      app > 200 alice PRACK
      alice < 200 PRACK
      app < sent 200
      wait 100
      app > 200 alice INVITE
      alice < 200 INVITE
        -RSeq
      app < sent 200
      alice > ACK
      app < ACK
      wait 200
      ${aliceHangsUp}`,
  },
  {
    name: '28 OPTIONS: answered by the application, by the server for a known user agent, and sent',
    options: { optionsAutoRespond: 'pinger 1.0' },
    script: `${caller}
      app > route options
      app < OK
      alice > new OPTIONS
      app < OPTIONS
        meta 9:
      app > 200 alice
        allow: INVITE, ACK, BYE
      alice < 200 OPTIONS
        Allow: INVITE, ACK, BYE
        -Contact
      app < sent 200
        meta 11:
      alice > new OPTIONS
        User-Agent: pinger 1.0
      alice < 200 OPTIONS
      app < nothing
      app > OPTIONS sip:bob@127.50.0.3
        User-Agent: x
      bob < OPTIONS
        User-Agent: x
        -Contact
      app < sent OPTIONS
      bob > 200
      app < 200
        meta 9:
      wait 40000
      left nothing`,
  },
  {
    name: '29 nobody wants it: 503, 481, 405, 501, 603, 400, and silence for ACK; the original drops PRACK, REFER and FROB',
    options: { spammers: ['sipcli'] },
    script: `
      alice > new OPTIONS
      alice < 503 OPTIONS
      alice > new INVITE
      alice < 100
      alice < 503 INVITE
      alice > ACK
      alice > new BYE
      alice < 481 BYE
      alice > new UPDATE
      alice < 481 UPDATE
      alice > new CANCEL
        CSeq: 1 CANCEL
        Via: SIP/2.0/UDP 127.50.0.2:5060;branch=z9hG4bK-raw1
      alice < 481 CANCEL
      alice > new PRACK
      alice < 481 PRACK
      alice > new ACK
      alice > new REFER
      alice < 405 REFER
      alice > new FROB
      alice < 501 FROB
      alice > new INVITE
        User-Agent: sipcli/1.8
      alice < 100
      alice < 603 INVITE
      alice > ACK
      # without CSeq an answer could not be matched: the original sends a 400 that lacks it as well
      alice > raw
        INVITE sip:x@127.50.0.1 SIP/2.0
        Via: SIP/2.0/UDP 127.50.0.2:5060;branch=z9hG4bK-raw2
        From: <sip:a@127.50.0.2>;tag=1
        To: <sip:x@y>
        Call-ID: raw2
        Content-Length: 0
      alice < nothing
      alice > new INVITE
        To: <sip:service@127.50.0.1>;tag=nobody
      alice < 481 INVITE
      alice > ACK
      alice > octets \\r\\n\\r\\n
      alice < nothing
      wait 40000
      left nothing`,
  },
  {
    name: '30 REGISTER received and sent; "*" with an expiry refused',
    script: `${caller}
      app > route register
      app < OK
      alice > new REGISTER
        Contact: <sip:alice@127.50.0.2:5060>
        Expires: 300
      app < REGISTER
        Expires: 300
      app > 200 alice
        contact: <sip:alice@127.50.0.2:5060>;expires=300
        expires: 300
      alice < 200 REGISTER
        Contact: <sip:alice@127.50.0.2:5060>;expires=300
        Expires: 300
      app < sent 200
      alice > new REGISTER
        Contact: *
        Expires: 300
      alice < 400 REGISTER
      app > REGISTER sip:127.50.0.3
        from: <sip:me@example.com>
        to: <sip:me@example.com>
        Contact: <sip:me@localhost>;expires=60
      bob < REGISTER
        From: <sip:me@example.com>;tag=*
        To: <sip:me@example.com>
        Contact: <sip:me@127.50.0.1:5060>;expires=60
      app < sent REGISTER
      bob > 200
      app < 200
        meta 9:
      wait 40000
      left nothing`,
  },
  {
    name: '31 INFO, MESSAGE, UPDATE, OPTIONS, REFER, SUBSCRIBE of the caller; INFO, UPDATE, MESSAGE, NOTIFY of the application',
    script: `${answered}
      ${['INFO', 'MESSAGE', 'UPDATE', 'OPTIONS', 'REFER'].map((method) => `
      alice > ${method}
      app < ${method}
        meta 9: *;from-tag=alicefrom*
      app > 200 alice ${method}
      alice < 200 ${method}
      app < sent 200`).join('')}
      alice > SUBSCRIBE
        Event: presence
        Expires: 60
      app < SUBSCRIBE
      app > 489 alice SUBSCRIBE
      alice < 489 SUBSCRIBE
      app < sent 489
      app > INFO alice
        Content-Type: application/dtmf-relay
        body: Signal=5
      alice < INFO
        R-URI: sip:alice@127.50.0.2:5060
        Content-Type: application/dtmf-relay
        body: Signal=5
      app < sent INFO
      alice > 200
      app < 200
      app > UPDATE alice
      alice < UPDATE
      app < sent UPDATE
      alice > 200
      app < 200
      app > MESSAGE alice
        body: no type
      app < NOK Server error: missing content-type
      app > NOTIFY alice
        Event: refer
        Subscription-State: terminated
        Content-Type: message/sipfrag
        body: SIP/2.0 200 OK
      alice < NOTIFY
        Subscription-State: terminated
      app < sent NOTIFY
      alice > 200
      app < 200
      # the call is still there
      ${appHangsUpAlice}`,
  },
  {
    name: '32 INVITE without SDP: offer in the 200, answer in the ACK',
    script: `${ready}
      alice > INVITE
        body: none
      alice < 100
      app < INVITE
        body: none
      app > 200 alice
      alice < 200
        body: sdp
      app < sent 200
      wait 100
      alice > ACK
        body: sdp
      app < ACK
        body: sdp
        meta 9: *;from-tag=alicefrom*
      wait 300
      ${aliceHangsUp}`,
  },
  {
    name: '33 an outgoing INVITE without SDP: the ACK carries it, comes late, and is repeated for repeated 200s',
    script: `${caller}
      app > INVITE sip:bob@127.50.0.3
        body: none
      bob < INVITE
        body: none
        -Content-Type
      app < sent INVITE
      bob > 180
      app < 180
      bob > 200
      app < 200
        body: sdp
      wait 400
      bob > again
      bob < nothing
      app < nothing
      wait 300
      app > ACK bob
        body: sdp
      bob < ACK
        Content-Type: application/sdp
        body: sdp
      app < sent ACK
      wait 200
      bob > again
      bob < ACK
        body: sdp
      app < nothing
      ${appHangsUpBob}`,
  },
  {
    name: '34 back to back without SDP in the INVITE: the ACK to the callee follows that of the caller',
    script: `${ready}
      alice > INVITE
        body: none
      alice < 100
      app < INVITE
      app > INVITE sip:bob@127.50.0.3
        body: none
      bob < INVITE
      app < sent INVITE
      bob > 180
      app < 180
      app > 180 alice
      alice < 180
      app < sent 180
      bob > 200
      app < 200
      app > 200 alice
      alice < 200
      app < sent 200
      alice > ACK
        body: sdp
      app < ACK
        body: sdp
      app > ACK bob
        body: sdp
      bob < ACK
        body: sdp
      app < sent ACK
      wait 300
      app > BYE bob
      bob < BYE
      app < sent BYE
      bob > 200 BYE
      app < 200
      ${aliceHangsUp}`,
  },
]

playAll(t, cases)
