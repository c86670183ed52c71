/** Buttons: with a word, or with an icon whose name is read and shown as a hint. */
import type { ComponentProps, MouseEvent, ReactNode } from 'react';

interface ButtonProps extends ComponentProps<'button'> {
  look?: 'plain' | 'accent' | 'danger' | 'quiet';
  /** At work: another press does nothing, and the keyboard stays, which a disabled button would lose. */
  busy?: boolean;
}

export function Button({ look = 'plain', className = '', busy = false, ...rest }: ButtonProps) {
  const held = busy ? { 'aria-disabled': true, onClick: (event: MouseEvent) => event.preventDefault() } : {};
  return <button type="button" className={`button button-${look} ${className}`} {...rest} {...held} />;
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label' | 'title' | 'children'> {
  label: string;
  icon: ReactNode;
}

export function IconButton({ label, icon, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      {icon}
    </button>
  );
}
