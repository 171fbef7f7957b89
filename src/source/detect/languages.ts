import { isRecord } from '../findings.ts';
import type { ProjectFiles } from './project-files.ts';
import { likely, possible, type Suggestion, type Suggestions } from './suggestion.ts';

const NOTHING: Suggestions = { setup: [], verify: [] };

export function rustCommands({ names, text }: ProjectFiles): Suggestions {
  if (!names.has('Cargo.toml')) return NOTHING;
  const from = 'Cargo.toml';
  const all = /^\[workspace[.\]]/m.test(text(from)) ? ' --workspace' : '';
  return {
    setup: names.has('Cargo.lock') ? [possible('cargo fetch --locked', 'Cargo.lock')] : [],
    verify: [
      possible('cargo fmt --check', from),
      possible(`cargo clippy${all} --all-targets -- -D warnings`, from),
      likely(`cargo test${all}`, from),
    ],
  };
}

export function goCommands({ names }: ProjectFiles): Suggestions {
  if (!names.has('go.mod')) return NOTHING;
  return {
    setup: [likely('go mod download', 'go.mod')],
    verify: [likely('go vet ./...', 'go.mod'), likely('go test ./...', 'go.mod')],
  };
}

export function rubyCommands({ names, text }: ProjectFiles): Suggestions {
  if (!names.has('Gemfile')) return NOTHING;
  const has = (gem: RegExp): boolean => gem.test(text('Gemfile'));
  const test = ((): Suggestion | null => {
    if (names.has('.rspec') || has(/^[ \t]*gem ['"]rspec/m)) {
      return likely('bundle exec rspec', names.has('.rspec') ? '.rspec' : 'Gemfile');
    }
    if (has(/^[ \t]*gem ['"]rails['"]/m)) return likely('bundle exec rails test', 'Gemfile');
    return names.has('Rakefile') ? likely('bundle exec rake test', 'Rakefile') : null;
  })();
  return {
    setup: [likely('bundle install', 'Gemfile')],
    verify: [
      ...(names.has('.rubocop.yml') ? [likely('bundle exec rubocop', '.rubocop.yml')] : []),
      ...(test === null ? [] : [test]),
    ],
  };
}

export function javaCommands({ names }: ProjectFiles): Suggestions {
  const gradle = ['build.gradle', 'build.gradle.kts'].find((name) => names.has(name));
  const verify = [
    ...(names.has('pom.xml') ? [likely(`${names.has('mvnw') ? './mvnw' : 'mvn'} -B verify`, 'pom.xml')] : []),
    ...(gradle === undefined
      ? []
      : [likely(`${names.has('gradlew') ? './gradlew' : 'gradle'} check`, gradle)]),
  ];
  return { setup: [], verify };
}

export function phpCommands({ names, text }: ProjectFiles): Suggestions {
  if (!names.has('composer.json')) return NOTHING;
  const setup = [likely('composer install --no-interaction', 'composer.json')];
  const scripts = scriptsOf(text('composer.json'));
  const verify = ['check', 'lint', 'test'].flatMap((name) =>
    scripts.has(name) ? [likely(`composer run ${name}`, `scripts.${name} in composer.json`)] : [],
  );
  const phpunit = ['phpunit.xml', 'phpunit.xml.dist'].find((name) => names.has(name));
  if (!scripts.has('test') && phpunit !== undefined) verify.push(likely('vendor/bin/phpunit', phpunit));
  return { setup, verify };
}

export function dotnetCommands({ names }: ProjectFiles): Suggestions {
  const projects = [...names].filter((name) => /\.(slnx?|csproj|fsproj)$/.test(name));
  if (projects.length === 0) return NOTHING;
  // With several, `dotnet` wants to be told which: that is not for us to guess.
  const from = '.NET project';
  const suggest = projects.length === 1 ? likely : possible;
  return { setup: [suggest('dotnet restore', from)], verify: [suggest('dotnet test', from)] };
}

function scriptsOf(text: string): ReadonlySet<string> {
  try {
    const manifest = JSON.parse(text) as unknown;
    const scripts = isRecord(manifest) ? manifest['scripts'] : null;
    return new Set(isRecord(scripts) ? Object.keys(scripts) : []);
  } catch {
    // Composer will say what is wrong with it.
    return new Set();
  }
}
