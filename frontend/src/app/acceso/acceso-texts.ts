import { featureTexts } from '../core/i18n/transloco';

export const accesoTexts = featureTexts('acceso', {
  es: () => import('./i18n/es.json'),
  en: () => import('./i18n/en.json'),
});
