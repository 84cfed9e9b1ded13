/**
 * Types of drachtio-fsmrf 5, which brings none: what the application and the tests use of it. Promises
 * only; every method has a callback form as well.
 */
declare module 'drachtio-fsmrf' {
  import { EventEmitter } from 'node:events'
  import type Srf from 'drachtio-srf'

  namespace Mrf {
    interface ConnectOptions {
      address: string
      /** Default 8021. */
      port?: number
      secret?: string
      /** Where the media server finds us; without it the first address that is not loopback. */
      listenAddress?: string
      listenPort?: number
      advertisedAddress?: string
      advertisedPort?: number
      profile?: string
    }

    interface CreateEndpointOptions {
      remoteSdp?: string
      codecs?: string | string[]
      headers?: Record<string, string>
    }

    interface PlaybackResult {
      playbackSeconds: string | null
      playbackMilliseconds: string | null
      playbackLastOffsetPos: string | null
    }

    interface PlayOptions {
      file: string
      /** Samples. */
      seekOffset?: number
      timeoutSecs?: number
    }

    interface PlayCollectOptions {
      file: string
      min?: number
      max?: number
      tries?: number
      invalidFile?: string
      /** For the first digit, ms. */
      timeout?: number
      terminators?: string
      varName?: string
      regexp?: string
      /** Between digits, ms. */
      digitTimeout?: number
    }

    interface PlayCollectResult {
      digits: string | null
      invalidDigits: string | null
      terminatorUsed: string | null
      playbackSeconds: string | null
      playbackMilliseconds: string | null
    }

    interface RecordOptions {
      timeLimitSecs?: number
      /** Mean absolute level of silence. */
      silenceThresh?: number
      /** Seconds of silence that end the record. */
      silenceHits?: number
    }

    interface RecordResult {
      terminatorUsed: string | null
      recordSeconds: string | null
      recordMilliseconds: string | null
      recordSamples: string | null
    }

    /** An answer or an event of the event socket. */
    interface EslEvent {
      body?: string
      getBody(): string
      getHeader(name: string): string | null
    }

    interface EslConnection {
      subscribe(events: string | string[]): void
      filter(header: string, value: string): void
      on(event: string, listener: (event: EslEvent) => void): void
      removeAllListeners(event?: string): void
      disconnect(): void
    }

    interface MediaAddress {
      sdp: string
      mediaIp: string
      mediaPort: string
    }

    class Endpoint extends EventEmitter {
      readonly uuid: string
      readonly local: MediaAddress
      readonly remote: MediaAddress
      readonly dtmfType: string
      readonly sip: { callId: string }
      readonly connected: boolean
      readonly muted: boolean
      /** null once it is closed. */
      readonly conn: EslConnection
      readonly dialog: Srf.Dialog & {
        readonly connected: boolean
        request(options: { method: string; headers: Record<string, string>; body: string }): Promise<unknown>
      }
      /** Set once the endpoint takes part in a conference. */
      readonly conf: { memberId: number; name: string; uuid: string }
      play(file: string | string[] | PlayOptions): Promise<PlaybackResult>
      playCollect(options: PlayCollectOptions): Promise<PlayCollectResult>
      say(text: string, options: Record<string, string>): Promise<Partial<PlaybackResult>>
      speak(options: Record<string, string>): Promise<void>
      record(file: string, options?: RecordOptions): Promise<RecordResult>
      recordSession(file: string): Promise<EslEvent>
      set(name: string, value: string): Promise<void>
      set(values: Record<string, string | number | boolean>): Promise<void>
      export(name: string, value: string): Promise<void>
      bridge(other: Endpoint | string): Promise<void>
      unbridge(): Promise<void>
      mute(): Promise<EslEvent>
      unmute(): Promise<EslEvent>
      toggleMute(): Promise<EslEvent>
      modify(sdp: string): Promise<string>
      join(conference: Conference | string, options?: Record<string, unknown>): Promise<{ memberId: number; confUuid: string }>
      unjoin(): Promise<string>
      confMute(): Promise<string>
      confUnmute(): Promise<string>
      confPlay(file: string): Promise<EslEvent>
      api(command: string, args?: string | string[]): Promise<EslEvent>
      execute(application: string, argument?: string): Promise<EslEvent>
      getChannelVariables(includeMedia?: boolean): Promise<Record<string, string | number>>
      destroy(): Promise<void>
    }

    class Conference extends EventEmitter {
      readonly name: string
      readonly uuid: string
      readonly memberId: number
      getSize(): Promise<number>
      play(file: string | string[]): Promise<{ seconds: number; milliseconds: number; samples: number }>
      startRecording(file: string): Promise<string>
      pauseRecording(file: string): Promise<string>
      resumeRecording(file: string): Promise<string>
      stopRecording(file: string): Promise<string>
      lock(): Promise<string>
      unlock(): Promise<string>
      destroy(): Promise<void>
    }

    class MediaServer extends EventEmitter {
      readonly address: string
      readonly conn: EslConnection
      readonly sip: { ipv4: { udp: { address?: string }; dtls: { address?: string } } }
      readonly maxSessions: number
      readonly currentSessions: number
      readonly cps: number
      readonly hostname: string | undefined
      readonly v4address: string | undefined
      readonly fsVersion: string | undefined
      readonly cpuIdle: number | undefined
      api(command: string): Promise<string>
      createEndpoint(options?: CreateEndpointOptions): Promise<Endpoint>
      connectCaller(
        req: Srf.SrfRequest, res: Srf.SrfResponse, options?: CreateEndpointOptions,
      ): Promise<{ endpoint: Endpoint; dialog: Srf.Dialog }>
      createConference(name?: string, options?: Record<string, unknown>): Promise<Conference>
      disconnect(): void
    }
  }

  class Mrf extends EventEmitter {
    constructor(srf: Srf)
    readonly localAddresses: string[]
    connect(options: Mrf.ConnectOptions): Promise<Mrf.MediaServer>
  }

  export = Mrf
}
