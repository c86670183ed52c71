/** How programs connect: the connection string and ready lines; the password is shown, and copied, only on request. */
import { useState } from 'react';
import { Eye, EyeOff } from 'lucide-react';
import { CopySecret } from './copy-secret.tsx';
import { bridge } from '../../bridge.ts';
import { Button } from '../../parts/button.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { domainText, maskLine, maskUrl } from '../../store/service-words.ts';
import { showProblems } from '../../store/toasts.ts';
import { useAnswer } from '../../store/use-answer.ts';
import type { ServiceAddress, ServiceSecret, ServiceState } from '../../../shared/service.ts';

/** Shown anew for another container: its address and password are others. */
export function ConnectTab({ service }: { service: ServiceState }) {
  const { name } = service;
  const { state, reload } = useAnswer('services.url', { name });
  const [secret, setSecret] = useState<ServiceSecret>();
  if (state.phase === 'loading') return <Loading what="Reading the address" />;
  if (state.phase === 'failed') return <Failed problems={state.problems} onRetry={reload} />;
  return <Address service={service} plain={state.value} secret={secret} onSecret={setSecret} />;
}

interface AddressProps {
  service: ServiceState;
  plain: ServiceAddress;
  secret: ServiceSecret | undefined;
  onSecret: (secret: ServiceSecret | undefined) => void;
}

function Address({ service, plain, secret, onSecret }: AddressProps) {
  const { name, type, domain } = service;
  const hasPassword = type !== 'custom';
  const ask = async (): Promise<ServiceSecret | undefined> => {
    if (secret !== undefined) return secret;
    const answer = await bridge.call('services.secret', { name });
    if (answer.ok) return answer.value;
    showProblems(answer.problems);
    return undefined;
  };
  const toggle = async (): Promise<void> => onSecret(secret === undefined ? await ask() : undefined);
  const lines = secret?.lines ?? plain.lines.map((each) => ({ ...each, line: maskLine(each.line, plain.url, type) }));
  return (
    <div className="connect">
      <div className="connect-head">
        <h2>Connection string</h2>
        {hasPassword && (
          <Button look="quiet" aria-pressed={secret !== undefined} onClick={() => void toggle()}>
            {secret === undefined ? <Eye size={14} aria-hidden /> : <EyeOff size={14} aria-hidden />}
            {secret === undefined ? 'Show the password' : 'Hide the password'}
          </Button>
        )}
      </div>
      <CopySecret
        shown={secret?.url ?? maskUrl(plain.url, type)}
        label="connection string"
        hasSecret={hasPassword}
        read={async () => (await ask())?.url}
      />
      {domain?.port !== undefined && (
        <p className="muted connect-domain">
          Also at <span className="mono">{domainText(domain)}</span>
          {plain.port !== domain.port && ', in place of the host and port above'}.
        </p>
      )}
      {secret !== undefined && <Credentials secret={secret} />}
      {lines.length > 0 && <h2>For clients</h2>}
      <dl className="connect-lines">
        {lines.map(({ client, line }, index) => (
          <div key={client}>
            <dt>{client}</dt>
            <dd>
              <CopySecret
                shown={line}
                label={`line for ${client}`}
                hasSecret={hasPassword}
                read={async () => (await ask())?.lines[index]?.line}
              />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Credentials({ secret: { username, password, database } }: { secret: ServiceSecret }) {
  const parts = [
    ['User', username],
    ['Password', password],
    ['Database', database],
  ] as const;
  return (
    <dl className="connect-lines" aria-label="Credentials">
      {parts.map(([label, value]) =>
        value === undefined ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <CopySecret
                shown={value}
                label={label.toLowerCase()}
                hasSecret={false}
                read={() => Promise.resolve(value)}
              />
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
