/** npm packages for the guest: what a set of packages needs at run time, and copies of it. */
import fs from 'node:fs';
import path from 'node:path';

/** One package as it is installed: its folder, name and version. */
export type Installed = { name: string; version: string; dir: string };

/**
 * All packages that `names` need at run time, found as Node would find them from `root`/node_modules: dependencies, and
 * those optional ones that npm installed for this machine. Sorted by name.
 *
 * Throws where a package is not installed, or where two versions of one would be needed (nested node_modules): the guest
 * has one flat folder.
 */
export function npmClosure(root: string, names: readonly string[]): Installed[] {
  const found = new Map<string, Installed>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const dir = path.join(root, 'node_modules', name);
    const manifest = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8')) as {
      version: string; dependencies?: Record<string, string>; optionalDependencies?: Record<string, string>;
    };
    if (fs.existsSync(path.join(dir, 'node_modules'))) throw new Error(`${dir} has a node_modules of its own; the guest cannot hold both versions`);
    found.set(name, { name, version: manifest.version, dir });
    const optional = Object.keys(manifest.optionalDependencies ?? {});
    const present = (dependency: string) => fs.existsSync(path.join(root, 'node_modules', dependency));
    open.push(...Object.keys(manifest.dependencies ?? {}).filter((dependency) => !optional.includes(dependency) || present(dependency)));
    open.push(...optional.filter(present));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Copies packages into `into` (a node_modules folder), without source maps: nobody debugs them in there. */
export function copyPackages(packages: readonly Installed[], into: string): void {
  for (const { name, dir } of packages) {
    fs.cpSync(dir, path.join(into, name), { recursive: true, filter: (file) => !file.endsWith('.map') });
  }
}
