/** Which kind of service: one of the catalogue. */
import { useId } from 'react';
import { setServiceType } from '../../store/service-form.ts';
import type { CatalogueEntry } from '../../../shared/service.ts';
import type { ServiceType } from '../../../shared/service-config.ts';

export function TypePicker({ chosen, catalogue }: { chosen: ServiceType; catalogue: readonly CatalogueEntry[] }) {
  const name = useId();
  return (
    <fieldset className="types">
      <legend>Type</legend>
      {catalogue.map(({ type, title, image, version }) => (
        <label key={type} className={type === chosen ? 'is-chosen' : ''}>
          <input type="radio" name={name} checked={type === chosen} onChange={() => setServiceType(type)} />
          <span>{title}</span>
          <span className="muted mono">{image === '' ? 'any image' : `${image}:${version}`}</span>
        </label>
      ))}
    </fieldset>
  );
}
