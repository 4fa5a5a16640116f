import type { ExportTable } from '../../../shared/table-calls.ts';
import type { TablePlan } from '../../../shared/tables.ts';
import { applyLabels, planLabels } from './apply-labels.ts';
import { type ExportOptions, exportTable } from './export-table.ts';
import type { ApplyPorts, TablePorts } from './ports.ts';

/** Tables of a data set for other programs, and classes and tags from them. */
export class Tables {
  private readonly ports: TablePorts & ApplyPorts;

  constructor(ports: TablePorts & ApplyPorts) {
    this.ports = ports;
  }

  /** As exportTable. */
  export(request: ExportTable & { out: string }, options: ExportOptions): Promise<void> {
    return exportTable(this.ports, request, options);
  }

  /** As planLabels. */
  plan(dataset: string, file: string): Promise<TablePlan> {
    return planLabels(this.ports, dataset, file);
  }

  /** As applyLabels. `edit`: how an edit is made, where that is not in this thread. */
  apply(
    dataset: string,
    file: string,
    { edit = this.ports.edit, ...options }: Parameters<typeof applyLabels>[3] & { edit?: ApplyPorts['edit'] },
  ): Promise<TablePlan> {
    return applyLabels({ ...this.ports, edit }, dataset, file, options);
  }
}
