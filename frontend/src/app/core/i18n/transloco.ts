import type { EnvironmentProviders, Provider } from '@angular/core';
import { Injectable, isDevMode } from '@angular/core';
import type { Translation, TranslocoLoader } from '@jsverse/transloco';
import { provideTransloco, provideTranslocoScope } from '@jsverse/transloco';
import { primerIdioma } from './idioma';

type Texts = () => Promise<{ default: Translation }>;

const TEXTS: Readonly<Record<string, Texts>> = {
  es: () => import('./es.json'),
  en: () => import('./en.json'),
};

/** The texts of the frame and of the shared pieces; each feature brings its own with `featureTexts`. */
@Injectable({ providedIn: 'root' })
class CoreTexts implements TranslocoLoader {
  async getTranslation(lang: string): Promise<Translation> {
    const texts = TEXTS[lang];
    if (!texts) throw new Error(`No hay textos para ${lang}`);
    return (await texts()).default;
  }
}

export const provideTexts = (): (Provider | EnvironmentProviders)[] =>
  provideTransloco({
    loader: CoreTexts,
    config: {
      availableLangs: ['es', 'en'],
      defaultLang: primerIdioma(),
      reRenderOnLangChange: true,
      prodMode: !isDevMode(),
      missingHandler: { logMissingKey: true },
    },
  });

/**
 * The texts of a feature, loaded with its route: `providers: [featureTexts('entregas', { es: () => import('./i18n/es.json'),
 * en: () => import('./i18n/en.json') })]`. Their keys begin with the feature's name: `t('entregas.titulo')`.
 */
export const featureTexts = (feature: string, texts: { es: Texts; en: Texts }): Provider[] =>
  provideTranslocoScope({ scope: feature, loader: texts });
