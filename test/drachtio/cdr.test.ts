/** Call record messages: what is due at each event of a call. */
import t from 'tap'
import { CdrTracker } from '../../src/drachtio/cdr.ts'
import type { CdrEvent } from '../../src/drachtio/cdr.ts'

type Step = (cdr: CdrTracker) => CdrEvent | undefined
const attempt = (source: 'network' | 'application'): CdrEvent => ({ verb: 'cdr:attempt', source, detail: '' })

const cases: { name: string; steps: [Step, CdrEvent | undefined][] }[] = [
  {
    name: 'incoming call, answered, the caller hangs up',
    steps: [
      [(c) => c.attempt('t', 'uas'), attempt('network')],
      [(c) => c.response('t', 'd', 180), undefined],
      [(c) => c.response('t', 'd', 200), { verb: 'cdr:start', source: 'application', detail: 'uas' }],
      [(c) => c.ended('d', 'network', 'normal-release'), { verb: 'cdr:stop', source: 'network', detail: 'normal-release' }],
      [(c) => c.ended('d', 'network', 'normal-release'), undefined],
    ],
  },
  {
    name: 'incoming call, refused',
    steps: [
      [(c) => c.attempt('t', 'uas'), attempt('network')],
      [(c) => c.response('t', 'd', 486), { verb: 'cdr:stop', source: 'application', detail: 'call-rejected' }],
      [(c) => c.response('t', 'd', 200), undefined],
    ],
  },
  {
    name: 'incoming call, given up by the caller',
    steps: [
      [(c) => c.attempt('t', 'uas'), attempt('network')],
      [(c) => c.cancelled('t'), { verb: 'cdr:stop', source: 'network', detail: 'call-canceled' }],
    ],
  },
  {
    name: 'outgoing call, answered, we hang up',
    steps: [
      [(c) => c.attempt('t', 'uac'), attempt('application')],
      [(c) => c.response('t', 'd', 200), { verb: 'cdr:start', source: 'network', detail: 'uac' }],
      [(c) => c.ended('d', 'application', 'session-expired'), { verb: 'cdr:stop', source: 'application', detail: 'session-expired' }],
    ],
  },
  {
    name: 'outgoing call, given up by us: the 487 that follows is no second stop',
    steps: [
      [(c) => c.attempt('t', 'uac'), attempt('application')],
      [(c) => c.cancelSent('t'), { verb: 'cdr:stop', source: 'application', detail: 'call-canceled' }],
      [(c) => c.response('t', 'd', 487), undefined],
    ],
  },
  { name: 'a re-INVITE is no call', steps: [[(c) => c.response('unknown', 'd', 200), undefined]] },
]

for (const c of cases) {
  t.test(c.name, async (t) => {
    const cdr = new CdrTracker()
    for (const [step, event] of c.steps) t.strictSame(step(cdr), event)
    t.equal(cdr.size, 0, 'nothing is left')
  })
}
