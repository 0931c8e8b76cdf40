/** Kernel modules: picks the wanted ones with what they depend on. */
import fs from 'node:fs';
import path from 'node:path';

/**
 * The files, relative to the modules' folder, of the named modules and of all they depend on.
 *
 * `dep` is the text of modules.dep(5): "path: path path …", each line's dependencies already complete; `builtin` that of
 * modules.builtin, which lists what is part of the kernel itself. Throws on a module that is in neither.
 */
export function moduleClosure(dep: string, builtin: string, names: readonly string[]): string[] {
  const inKernel = new Set(builtin.split('\n').map(moduleName));
  const byName = new Map<string, string[]>();
  for (const line of dep.split('\n')) {
    const [file, needs] = line.split(':');
    if (file) byName.set(moduleName(file), [file, ...(needs ?? '').trim().split(/\s+/).filter(Boolean)]);
  }
  const files = new Set<string>();
  for (const name of names) {
    const found = byName.get(name);
    if (!found && inKernel.has(name)) continue;
    if (!found) throw new Error(`packages.txt: this kernel has no module ${name}`);
    for (const file of found) files.add(file);
  }
  return [...files].sort();
}

/** "kernel/net/8021q/8021q.ko" → "8021q"; the kernel does not tell - and _ apart. */
function moduleName(file: string): string {
  return path.basename(file).replace(/\.ko(\.\w+)?$/, '').replaceAll('-', '_');
}

/** Copies the wanted modules of the tree `from` (…/modules/RELEASE) into the guest's root; returns RELEASE. */
export function copyModules(modules: string, names: readonly string[], root: string): string {
  const [release, ...others] = fs.readdirSync(modules);
  if (!release || others.length > 0) throw new Error(`${modules}: expected one kernel release, found ${[release, ...others].join(', ')}`);
  const from = path.join(modules, release);
  const to = path.join(root, 'usr/lib/modules', release);
  const text = (name: string) => fs.readFileSync(path.join(from, name), 'utf8');
  const files = moduleClosure(text('modules.dep'), text('modules.builtin'), names);
  // The indexes modprobe(8) reads name all modules; one that is not there is simply not found.
  const indexes = fs.readdirSync(from).filter((name) => /^modules\.(dep|alias|softdep|builtin|symbols)/.test(name));
  for (const file of [...files, ...indexes]) {
    fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    fs.copyFileSync(path.join(from, file), path.join(to, file));
  }
  return release;
}
