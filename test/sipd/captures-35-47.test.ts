/**
 * Transcripts 35–47 of the original server, replayed: call records, applications that vanish or
 * take turns, retransmissions, session timers, subscriptions, routes, TCP, NAT, supplied headers.
 */
import t from 'tap'
import type { ScriptCase } from '../support/play-scripts.ts'
import { playAll } from '../support/play-scripts.ts'
import { aliceHangsUp, answered, appHangsUpBob, called, caller, ready } from '../support/script-beginnings.ts'

const refusedBy = (app: string): string => `
      alice > new INVITE
      alice < 100
      ${app} < INVITE
      ${app} > 486 alice
        X-App: ${app}
      alice < 486
        X-App: ${app}
      ${app} < sent 486
      alice > ACK`

const cases: ScriptCase[] = [
  {
    name: '35 call records: answered and refused, received and sent',
    options: { cdrs: true },
    script: `${ready}
      app2 > authenticate cymru
      app2 < OK *
      app2 > route cdr:attempt
      app2 < OK
      app2 > route cdr:start
      app2 < OK
      app2 > route cdr:stop
      app2 < OK
      alice > INVITE
      alice < 100
      app2 < cdr cdr:attempt network
        body: sdp
      app < INVITE
      app > 200 alice
      alice < 200
      app < sent 200
      app2 < cdr cdr:start application uas
        CSeq: 1 INVITE
      alice > ACK
      app < ACK
      alice > BYE
      app < BYE
      app2 < cdr cdr:stop network normal-release
        CSeq: 2 BYE
      app > 200 alice BYE
      alice < 200 BYE
      app < sent 200
      ${refusedBy('app')}
      app2 < cdr cdr:attempt network
      app2 < cdr cdr:stop application call-rejected
      alice > new INVITE
      alice < 100
      app < INVITE
      alice > CANCEL
      alice < 200 CANCEL
      alice < 487 INVITE
      alice > ACK
      app < CANCEL
      app2 < cdr cdr:attempt network
      app2 < cdr cdr:stop network call-canceled
      app > INVITE sip:bob@127.50.0.3
      bob < INVITE
      app < sent INVITE
      app2 < cdr cdr:attempt application
      bob > 180
      app < 180
      bob > 200
      app < 200
      app2 < cdr cdr:start network uac
      app > ACK bob
      bob < ACK
      app < sent ACK
      app > BYE bob
      bob < BYE
      app < sent BYE
      app2 < cdr cdr:stop application normal-release
      bob > 200
      app < 200
      wait 40000
      left nothing`,
  },
  {
    name: '36 the application vanishes mid-call: everything in the dialog gets 481, a new application does not inherit it',
    script: `${answered}
      wait 200
      app gone
      wait 300
      alice > INVITE
      alice < 481 INVITE
      alice > ACK
      app2 > authenticate cymru
      app2 < OK *
      app2 > route invite
      app2 < OK
      alice > INFO
      alice < 481 INFO
      alice > BYE
      alice < 481 BYE
      app2 < nothing
      wait 40000
      left nothing`,
  },
  {
    name: '37 the application vanishes before it has answered: 503 at once, where the original is silent',
    script: `${ready}
      alice > INVITE
      alice < 100
      app < INVITE
      wait 300
      app gone
      alice < 503 INVITE
      alice > ACK
      wait 40000
      left nothing`,
  },
  {
    name: '37 the application vanishes while its own INVITE rings: CANCEL; a 200 that crosses it gets ACK and BYE',
    script: `${caller}
      app > INVITE sip:bob@127.50.0.3
      bob < INVITE
      app < sent INVITE
      bob > 180
      app < 180
      app gone
      bob < CANCEL
      bob > 200 INVITE
      bob < ACK
      bob < BYE
      bob > 200 CANCEL
      bob > 200 BYE
      wait 40000
      left nothing`,
  },
  {
    name: '38 two applications take turns',
    script: `${ready}${ready.replaceAll('app', 'app2')}
      ${refusedBy('app')}${refusedBy('app2')}${refusedBy('app')}${refusedBy('app2')}
      wait 40000
      left nothing`,
  },
  {
    name: '39 repeated requests: INVITE before and after each answer, BYE and OPTIONS twice; the application hears each once',
    script: `${ready}
      app > route options
      app < OK
      alice > INVITE
      alice < 100
      app < INVITE
      wait 150
      alice > again
      alice < 100
      app > 180 alice
      alice < 180
      app < sent 180
      alice > again
      alice < 180
      app > 200 alice
      alice < 200 INVITE
      app < sent 200
      wait 300
      alice > again
      wait 200
      alice < 200 INVITE
      wait 1000
      alice < 200 INVITE
      alice > ACK
      app < ACK
      alice > again
      alice > BYE
      app < BYE
      alice > again
      app > 200 alice BYE
      alice < 200 BYE
      app < sent 200
      alice > again
      alice < 200 BYE
      alice > new OPTIONS
      app < OPTIONS
      alice > again
      app > 200 alice OPTIONS
      alice < 200 OPTIONS
      app < sent 200
      alice > again
      alice < 200 OPTIONS
      app < nothing
      wait 40000
      left nothing`,
  },
  {
    name: '40 session timer: the interval is confirmed; one too small in a re-INVITE gets 422; without a refresher there is none',
    script: `${ready}
      alice > INVITE
        Supported: timer
        Session-Expires: 1800;refresher=uac
      alice < 100
      app < INVITE
      app > 200 alice
      alice < 200
        Session-Expires: 1800;refresher=uac
      app < sent 200
        Session-Expires: 1800;refresher=uac
      alice > ACK
      app < ACK
      alice > INVITE
        Session-Expires: 30
      alice < 422 INVITE
        Min-SE: 90
      alice > ACK
      app < nothing
      alice > BYE
      app < BYE
      app > 200 alice BYE
      alice < 200 BYE
      app < sent 200
      alice > new INVITE
        Supported: timer
        Session-Expires: 1800
      alice < 100
      app < INVITE
      app > 200 alice
      alice < 200
        -Session-Expires
      app < sent 200
      alice > ACK
      app < ACK
      ${aliceHangsUp}`,
  },
  {
    name: '41 SUBSCRIBE, NOTIFY active, NOTIFY terminated ends the dialog',
    script: `${caller}
      app > route subscribe
      app < OK
      alice > SUBSCRIBE
        Event: presence
        Expires: 60
      app < SUBSCRIBE
        meta 9:
      app > 202 alice
        expires: 60
      alice < 202 SUBSCRIBE
        Contact: <sip:127.50.0.1:5060>
        Expires: 60
      app < sent 202
        meta 11: *;from-tag=alicefrom*
      app > NOTIFY alice
        dialog: alice-call-1@127.50.0.2;from-tag=alicefrom1
        Event: presence
        Subscription-State: active;expires=60
      alice < NOTIFY
        R-URI: sip:alice@127.50.0.2:5060
        Subscription-State: active;expires=60
      app < sent NOTIFY
      alice > 200
      app < 200
        meta 9: *;from-tag=alicefrom*
      app > NOTIFY alice
        dialog: alice-call-1@127.50.0.2;from-tag=alicefrom1
        Event: presence
        Subscription-State: terminated
      alice < NOTIFY
      app < sent NOTIFY
      alice > 200
      app < 200
      wait 40000
      left nothing`,
  },
  {
    name: '42 REFER of the callee, NOTIFY terminated does not end the call',
    script: `${called}
      bob > REFER
        Refer-To: <sip:carol@127.50.0.4>
      app < REFER
        Refer-To: <sip:carol@127.50.0.4>
      app > 202 bob
      bob < 202 REFER
      app < sent 202
      app > NOTIFY bob
        Event: refer
        Subscription-State: terminated;reason=noresource
        Content-Type: message/sipfrag
        body: SIP/2.0 200 OK
      bob < NOTIFY
      app < sent NOTIFY
      bob > 200
      app < 200
      wait 300
      ${appHangsUpBob}`,
  },
  {
    name: '43 the next hop of the application adds no Route; Record-Route of the callee is followed',
    script: `${caller}
      app > INVITE sip:someone@example.net
        route: sip:127.50.0.3
      bob < INVITE
        R-URI: sip:someone@example.net
        To: <sip:someone@example.net>
        -Route
      app < sent INVITE
      bob > 200
        Record-Route: <sip:127.50.0.4;lr>
      app < 200
      app > ACK bob
      carol < ACK
        R-URI: sip:bob@127.50.0.3:5060
        Route: <sip:127.50.0.4;lr>
      app < sent ACK
      app > BYE bob
      carol < BYE
        R-URI: sip:bob@127.50.0.3:5060
        Route: <sip:127.50.0.4;lr>
      app < sent BYE
      carol > 200
      app < 200
      wait 40000
      left nothing`,
  },
  {
    name: '43 the outbound proxy of the configuration',
    options: { stack: { outboundProxy: 'sip:127.50.0.4' } },
    script: `${caller}
      app > OPTIONS sip:someone@example.net
      carol < OPTIONS
        R-URI: sip:someone@example.net
        -Route
      app < sent OPTIONS
      carol > 200
      app < 200
      wait 40000
      left nothing`,
  },
  {
    name: '44 a caller over TCP: the call stays on his connection',
    script: `
      alice over tcp
      ${ready}
      alice > INVITE
        Contact: <sip:alice@127.50.0.2:40000;transport=tcp>
      alice < 100
      app < INVITE
        meta 4: tcp
        meta 6: 40000
      app > 200 alice
      alice < 200
        Contact: <sip:127.50.0.1:5060;transport=tcp>
      app < sent 200
        meta 6: tcp
      alice > ACK
      app < ACK
      wait 300
      app > BYE alice
      alice < BYE
        R-URI: sip:alice@127.50.0.2:40000;transport=tcp
        Via: SIP/2.0/TCP 127.50.0.1*
      app < sent BYE
      alice > 200
      app < 200
      wait 40000
      left nothing`,
  },
  {
    name: '45 a Contact behind NAT: in-dialog requests go to where the INVITE came from, the R-URI stays',
    script: `${ready}
      alice > INVITE
        Contact: <sip:alice@192.168.77.7:5070>
      alice < 100
      app < INVITE
      app > 200 alice
      alice < 200
      app < sent 200
      alice > ACK
        Contact: <sip:alice@192.168.77.7:5070>
      app < ACK
      app > BYE alice
      alice < BYE
        R-URI: sip:alice@192.168.77.7:5070
      app < sent BYE
      alice > 200
      app < 200
      wait 40000
      left nothing`,
  },
  {
    name: '46 headers that the application supplies, and those it may not',
    script: `${ready}
      app > INVITE sip:bob@127.50.0.3
        call-id: my-call-id-1
        from: "Ann" <sip:ann@localhost>
        to: <sip:else@example.org>
        Contact: <sip:ann@localhost;foo=bar>
        Max-Forwards: 70
        Via: SIP/2.0/UDP 1.2.3.4
        P-Asserted-Identity: <sip:ann@localhost>
        CSeq: 55 INVITE
        User-Agent: app/2
        x-lower-case: v
        remote-party-id: <sip:x@y>
      bob < INVITE
        Call-ID: my-call-id-1
        Via: SIP/2.0/UDP 127.50.0.1*
        From: "Ann" <sip:ann@127.50.0.1:5060>;tag=*
        To: <sip:else@example.org>
        CSeq: 55 INVITE
        Contact: <sip:ann@127.50.0.1:5060;foo=bar>
        P-Asserted-Identity: <sip:ann@127.50.0.1:5060>
        User-Agent: app/2
        x-lower-case: v
        Remote-Party-Id: <sip:x@y>
      app < sent INVITE
      bob > 200
      app < 200
        meta 9: my-call-id-1;from-tag=*
      app > ACK bob
      bob < ACK
        CSeq: 55 ACK
        To: <sip:else@example.org>;tag=*
      app < sent ACK
      app > BYE bob
      bob < BYE
        CSeq: 56 BYE
      app < sent BYE
      bob > 200
      app < 200
      alice > INVITE
      alice < 100
      app < INVITE
      app > 480 alice
        to-tag: mytag
        via: x
        record-route: <sip:z>
        retry-after: 5
        contact: <sip:me@localhost>
      alice < 480
        To: <sip:service@127.50.0.1>;tag=mytag
        Via: SIP/2.0/UDP 127.50.0.2:5060;*
        -Record-Route
        Retry-After: 5
        Contact: <sip:me@127.50.0.1:5060>
      app < sent 480
      alice > ACK
      wait 40000
      left nothing`,
  },
  {
    name: '47 BYE of the application during its own re-INVITE goes out at once',
    script: `${called}
      app > INVITE bob
      bob < INVITE
      app < sent INVITE
      bob > 180 INVITE
      app < 180
      wait 300
      app > BYE bob
      bob < BYE
      app < sent BYE
      bob > 200 BYE
      app < 200
      bob > 487 INVITE
      bob < ACK
      app < 487
      wait 40000
      left nothing`,
  },
]

playAll(t, cases)
