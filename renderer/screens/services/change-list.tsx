/** Each difference between the config and a container, and what making it so does to the data. */
import type { ServiceState } from '../../../shared/service.ts';

const DATA_WORDS = { kept: 'data stay', ignored: 'data keep the old', risk: 'data at risk' } as const;

export function ChangeList({ service }: { service: ServiceState }) {
  return (
    <ul className="change-list">
      {service.changes.map(({ key, message, data }) => (
        <li key={key}>
          <code className="tag">{key}</code>
          <span>{message}</span>
          <span className={data === 'kept' ? 'muted' : data === 'risk' ? 'change-risk' : 'change-ignored'}>
            {DATA_WORDS[data]}
          </span>
        </li>
      ))}
    </ul>
  );
}
