/** One name asked twice: of our DNS, and of the operating system as browsers ask. */
import { useId, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { formatMs } from '../../parts/format.ts';
import { Section } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { testName, type NameTest } from '../../store/name-test.ts';
import type { DnsAnswer } from '../../../shared/dns.ts';
import type { NamesCheck } from '../../../shared/system-names.ts';

const TYPES = ['A', 'AAAA', 'HTTPS', 'MX', 'TXT', 'CNAME', 'NS', 'SOA'];

export function TestSection() {
  const id = useId();
  const [name, setName] = useState('');
  const [type, setType] = useState('A');
  const [test, setTest] = useState<NameTest | 'asking' | undefined>();
  const ask = async (): Promise<void> => {
    setTest('asking');
    setTest(await testName(name.trim(), type));
  };
  return (
    <Section title="Test a name">
      <form
        className="ask"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && test !== 'asking') void ask();
        }}
      >
        <label htmlFor={id} className="hidden">
          Name to test
        </label>
        <input
          id={id}
          className="mono"
          value={name}
          placeholder="shop.test"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <select aria-label="Record type" value={type} onChange={(event) => setType(event.target.value)}>
          {TYPES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <Button type="submit" look="accent" disabled={name.trim() === '' || test === 'asking'}>
          {test === 'asking' ? 'Asking' : 'Ask'}
        </Button>
      </form>
      {test !== undefined && test !== 'asking' && <Result test={test} />}
    </Section>
  );
}

function Result({ test: { ours, system, problems } }: { test: NameTest }) {
  return (
    <dl className="facts" role="status" aria-label="Answers">
      {problems.map(({ message, fix }, index) => (
        <div key={index} className="pair">
          <dt>Refused</dt>
          <dd>
            {message} {fix}
          </dd>
        </div>
      ))}
      {ours !== undefined && (
        <div className="pair">
          <dt>Mogoly’s DNS</dt>
          <dd>
            <StateMark {...markOf(ours)} /> <span className="muted">{whence(ours)}</span>
            {ours.answers.map(({ name, type, ttl, data }, index) => (
              <div key={index} className="mono">
                {name} {ttl} {type} {data}
              </div>
            ))}
          </dd>
        </div>
      )}
      {system !== undefined && (
        <div className="pair">
          <dt>This system</dt>
          <dd>
            <StateMark {...wayOf(system)} /> <span className="mono">{system.addresses.join(', ')}</span>
            <div className="muted">{system.message}</div>
            {isFoundByBrowsers(system.name) && (
              <div>Browsers find it all the same: names under .localhost are this machine (RFC 6761).</div>
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

const isFoundByBrowsers = (name: string): boolean => name.toLowerCase().endsWith('.localhost');

/** A hosts file or a cache finds it without us. */
function wayOf({ reachedUs, addresses }: NamesCheck): Parameters<typeof StateMark>[0] {
  const isFound = addresses.length > 0;
  if (reachedUs)
    return isFound ? { shape: 'healthy', word: 'Asked us' } : { shape: 'degraded', word: 'Asked us in vain' };
  return isFound ? { shape: 'unknown', word: 'Found without us' } : { shape: 'degraded', word: 'Not found' };
}

const markOf = ({ rcode, answers }: DnsAnswer): Parameters<typeof StateMark>[0] => {
  if (rcode !== 'NOERROR') return { shape: rcode === 'NXDOMAIN' ? 'degraded' : 'down', word: rcode };
  return answers.length > 0 ? { shape: 'healthy', word: rcode } : { shape: 'unknown', word: 'No such record' };
};

const SOURCES: Record<DnsAnswer['source'], string> = {
  local: 'answered from our own names',
  cache: 'a forwarded answer that was kept',
  forward: 'answered by an upstream resolver',
  refused: 'not a question that is answered',
};

const whence = ({ source, durationMs }: DnsAnswer): string => `${SOURCES[source]}, in ${formatMs(durationMs)}`;
