import type { IconNode } from 'lucide';
import Check from 'lucide/dist/esm/icons/check.mjs';
import Copy from 'lucide/dist/esm/icons/copy.mjs';
import Eye from 'lucide/dist/esm/icons/eye.mjs';
import EyeOff from 'lucide/dist/esm/icons/eye-off.mjs';
import Moon from 'lucide/dist/esm/icons/moon.mjs';
import Sun from 'lucide/dist/esm/icons/sun.mjs';
import SunMoon from 'lucide/dist/esm/icons/sun-moon.mjs';
import TriangleAlert from 'lucide/dist/esm/icons/triangle-alert.mjs';
import WifiOff from 'lucide/dist/esm/icons/wifi-off.mjs';
import type { MORE_ICONS } from './more-icons';

/** Those that the login page shows: it waits for no others. */
const FIRST_ICONS = {
  check: Check,
  copy: Copy,
  eye: Eye,
  'eye-off': EyeOff,
  moon: Moon,
  sun: Sun,
  'sun-moon': SunMoon,
  'triangle-alert': TriangleAlert,
  'wifi-off': WifiOff,
} satisfies Record<string, IconNode>;

export type IconName = keyof typeof FIRST_ICONS | keyof typeof MORE_ICONS;

const icons = new Map<string, IconNode>(Object.entries(FIRST_ICONS));

export function addIcons(more: Readonly<Record<string, IconNode>>): void {
  for (const [name, node] of Object.entries(more)) icons.set(name, node);
}

/** `<ms-icon name="truck" />` draws it; empty for one that was not added yet. */
export const svgOf = (name: IconName): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${(
    icons.get(name) ?? []
  )
    .map(
      ([tag, attributes]) =>
        `<${tag} ${Object.entries(attributes)
          .map(([key, value]) => `${key}="${value}"`)
          .join(' ')}/>`,
    )
    .join('')}</svg>`;
