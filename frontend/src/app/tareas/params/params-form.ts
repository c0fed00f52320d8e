import { Component, computed, inject, Injector, input, output, signal, untracked } from '@angular/core';
import type { FieldTree, ValidationError } from '@angular/forms/signals';
import { form, FormField, FormRoot, validate } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import { IdempotencyKey } from '../../core/api/idempotency-key';
import { LogisticaApi } from '../../core/api/logistica-api';
import { ErrorState } from '../../ui/error-state';
import { Field, Input } from '../../ui/field';
import { focusFirstError } from '../../ui/focus-first-error';
import { Icon } from '../../ui/icon';
import { refusalsAt, refusalText } from '../../ui/refusals';
import type { TareaDisponible, TareaEncolada } from '../tarea';
import type { ParamField, ParamValue } from './param-fields';
import { paramFields, paramsOf, problemOf } from './param-fields';
import { KNOWN_PARAMS } from './known-params';

/** Dispatches a task through a form that is made from the schema of its parameters. */
@Component({
  selector: 'ms-params-form',
  imports: [ErrorState, Field, FormField, FormRoot, Icon, Input, TranslocoDirective],
  templateUrl: './params-form.html',
  styleUrl: './params-form.scss',
})
export class ParamsForm {
  readonly task = input.required<TareaDisponible>();
  readonly sent = output<TareaEncolada>();

  readonly #logistica = inject(LogisticaApi);
  readonly #injector = inject(Injector);
  readonly #key = new IdempotencyKey();

  protected readonly failure = signal<unknown>(undefined);
  protected readonly fields = computed(() => paramFields(this.task().params));
  /** Another task is another form: it begins empty. */
  protected readonly params = computed(() => {
    const fields = this.fields();
    return untracked(() => this.#formOf(fields));
  });
  protected readonly isSubmitting = computed(() => this.params()().submitting());
  protected readonly shownAtFields = computed(() => this.fields().map(({ key }) => `body.${key}`));

  protected readonly jsonExample = '{ "clave": "valor" }';

  /** Every control's value has the type of its kind. */
  protected readonly textOf = (key: string) => this.params()[key] as FieldTree<string>;
  protected readonly numberOf = (key: string) => this.params()[key] as FieldTree<number | null>;

  protected labelOf(field: ParamField, translate: (key: string) => string): string {
    if (KNOWN_PARAMS.has(field.name)) return translate(`campos.${field.name}.nombre`);
    const words = field.name.replaceAll('_', ' ').trim();
    return words.charAt(0).toLocaleUpperCase() + words.slice(1);
  }

  protected hintOf(field: ParamField, translate: (key: string) => string): string {
    const help = KNOWN_PARAMS.has(field.name) ? translate(`campos.${field.name}.ayuda`) : field.description;
    return [help, field.required ? undefined : translate('opcional')].filter(Boolean).join(' · ');
  }

  protected errorOf(
    field: ParamField,
    translate: (key: string, params: Record<string, unknown>) => string,
  ): string | undefined {
    const tree = this.textOf(field.key);
    const kind = tree().errors()[0]?.kind;
    return refusalText(tree) ?? (kind && translate(`validacion.${kind}`, { ...field }));
  }

  #formOf(fields: readonly ParamField[]) {
    const values = Object.fromEntries(fields.map(({ key, initial }) => [key, initial]));
    return form(
      signal<Record<string, ParamValue>>(values),
      (path) => {
        for (const field of fields) {
          validate(path[field.key] as (typeof path)[string], ({ value }) => {
            const kind = problemOf(field, value());
            return kind && { kind };
          });
        }
      },
      {
        injector: this.#injector,
        submission: {
          action: (tree) => this.#send(paramsOf(fields, tree().value())),
          onInvalid: focusFirstError,
        },
      },
    );
  }

  async #send(params: Record<string, unknown>): Promise<ValidationError.WithFieldTree[]> {
    const body = { ...params, tipo: this.task().tipo };
    this.failure.set(undefined);
    try {
      const headers = this.#key.headersFor(body);
      const { data } = await this.#logistica.call('POST /tareas', { body, headers });
      this.#key.renew();
      this.sent.emit(data);
      return [];
    } catch (error) {
      this.failure.set(error);
      const fields = this.fields().map(({ key }) => [`body.${key}`, this.textOf(key)] as const);
      return refusalsAt(error, Object.fromEntries(fields));
    }
  }
}
