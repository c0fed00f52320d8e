/** Holds objects against the models of `kubernetes-models`: their validators, and their types for what those let pass. */
import { join } from 'node:path';
import ts from 'typescript';
import type { Manifest } from '../../scripts/services/render-overlay.ts';
import { idOf } from '../../scripts/services/render-overlay.ts';
import { ROOT } from '../launcher/launch.ts';

const modelOf = ({ apiVersion, kind }: Manifest): string =>
  `${apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models'}/${apiVersion}/${kind}`;

interface Model {
  validate(): void;
}

/** What is wrong, `Kind/name: …`; an unknown field is. */
export async function problemsOf(objects: readonly Manifest[]): Promise<string[]> {
  return [...(await invalid(objects)), ...unknown(objects)];
}

async function invalid(objects: readonly Manifest[]): Promise<string[]> {
  const problems: string[] = [];
  for (const object of objects) {
    const models = (await import(modelOf(object))) as Record<string, new (data: Manifest) => Model>;
    const ModelOfKind = models[object.kind];
    if (!ModelOfKind) throw new Error(`${modelOf(object)} has no ${object.kind}`);
    try {
      new ModelOfKind(object).validate();
    } catch (error) {
      problems.push(`${idOf(object)}: ${String(error)}`);
    }
  }
  return problems;
}

/** The validators ignore fields that they do not know; the compiler refuses them in a literal. */
function unknown(objects: readonly Manifest[]): string[] {
  const file = join(ROOT, 'tests/kubernetes/rendered.ts');
  const lines = objects.map(
    (object) =>
      `(${JSON.stringify(object)}) satisfies import('${modelOf(object)}').I${object.kind}; // ${idOf(object)}`,
  );
  const source = `${lines.join('\n')}\nexport {};\n`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => path === file || disk.fileExists(path),
    readFile: (path) => (path === file ? source : disk.readFile(path)),
    getSourceFile: (path, ...rest) =>
      path === file
        ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2022)
        : disk.getSourceFile(path, ...rest),
  };
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file: at, start = 0, messageText }) => {
    const line = at?.fileName === file ? at.getLineAndCharacterOfPosition(start).line : -1;
    const object = objects[line];
    return `${object ? idOf(object) : (at?.fileName ?? '?')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
