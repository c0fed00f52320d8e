import { featureTexts } from '../core/i18n/transloco';

export const pruebasTexts = featureTexts('pruebas', {
  es: () => import('./i18n/es.json'),
  en: () => import('./i18n/en.json'),
});
