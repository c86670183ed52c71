/** A sentence of the code that marks what is typed with backticks. */
import { Fragment } from 'react';

export function Words({ text }: { text: string }) {
  return text
    .split('`')
    .map((part, index) => <Fragment key={index}>{index % 2 === 1 ? <code>{part}</code> : part}</Fragment>);
}
