/** What the log says of an event. */
import type { LogLevel } from '../../../shared/state.ts';
import type { EngineEvents, EventName } from '../events.ts';
import type { LogFields } from './log.ts';

export interface Line {
  level: LogLevel;
  message: string;
  event?: string;
  fields?: LogFields | undefined;
}

/** One plain sentence for each of these events. */
export type Sentences<K extends EventName> = { [Name in K]: (data: EngineEvents[Name]) => Line };
