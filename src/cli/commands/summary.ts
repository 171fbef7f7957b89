import { join } from 'node:path';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { paintFor } from '../../report/paint.ts';
import { planJson, planText } from '../../report/plan.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { columnsOf, type CommandContext, refuse, lookOf } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export async function summaryCommand(options: { json?: boolean } & CommandContext): Promise<ExitCode> {
  const root = await findRepository(options.cwd);
  if (!root.ok) return refuse(options, root.error, EXIT.environment);
  const { prd, diagnostics } = await loadPrd(join(root.value, 'prd.json'), { name: 'prd.json' });
  if (prd === null) {
    options.stderr(renderDiagnostics(diagnostics, lookOf(options)));
    return EXIT.usage;
  }
  options.stdout(
    options.json === true
      ? `${JSON.stringify(planJson(prd))}\n`
      : planText(prd, paintFor(options.color), columnsOf(options)),
  );
  return EXIT.passed;
}
