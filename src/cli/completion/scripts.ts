import type { Shell } from './shells.ts';

/*
 * Each script hands the words of the line to `teams __complete` and takes its answer as data: a first line that says
 * whether the shell completes paths, then one word per line with a tab and a description. Nothing of it is evaluated, so
 * `compgen -W`, which would, is not used.
 */

const bash = String.raw`# bash completion for teams. Add to ~/.bashrc:  source <(teams completion bash)
_teams() {
  local line paths= first=1
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -n $first ]]; then first= paths=$line; continue; fi
    COMPREPLY+=("${'$'}{line%%$'\t'*}")
  done < <(command teams __complete -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $paths in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
  esac
}
complete -F _teams teams
`;

const zsh = String.raw`#compdef teams
# zsh completion for teams. Add to ~/.zshrc, after compinit:  source <(teams completion zsh)
_teams() {
  local -a lines values shown
  local line
  lines=("${'$'}{(@f)$(command teams __complete -- "${'$'}{(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${'$'}{(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    values+=("${'$'}{line%%$'\t'*}")
    shown+=("${'$'}{line%%$'\t'*}${'$'}{${'$'}{line#*$'\t'}:+  -- ${'$'}{line#*$'\t'}}")
  done
  (( $#values )) && compadd -l -d shown -a values
  case $lines[1] in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _teams ]]; then _teams "$@"; else compdef _teams teams; fi
`;

const fish = String.raw`# fish completion for teams:  teams completion fish > ~/.config/fish/completions/teams.fish
function __teams_words
    # The redirection below does not silence what fish says of a command that is gone.
    command -q teams; or return
    set -l before (commandline -opc)
    set -e before[1]
    set -l typed (commandline -ct)
    set -l lines (command teams __complete -- $before "$typed" 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$typed"
        case folders
            __fish_complete_directories "$typed"
    end
    set -e lines[1]
    printf '%s\n' $lines
end
complete -c teams -f -a '(__teams_words)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash, zsh, fish };
