#!/bin/sh
# An agent of every role, as cheap as one can be: a campaign starts thousands. Any of them may be killed at any moment
# and started again on what it left, so whatever it does, it does to the same effect a second time.
set -eu

answer() {
  printf '%s\n' "$1" >"$TEAMS_RESULT_PATH.part"
  mv "$TEAMS_RESULT_PATH.part" "$TEAMS_RESULT_PATH"
}

# Ids of the stories that are still to do.
todo() {
  sed -n '/^ "todo": \[$/,/^ \]/s/^  "\([^"]*\)",\{0,1\}$/\1/p' "$TEAMS_EPIC_FILE"
}

# The lines of both sides, sorted: the same whoever came first.
register() {
  { cat register.txt; printf '%s' "$1"; } | grep -v '^[<=>]\{7\}' | sort -u >register.new
  mv register.new register.txt
}

# There may be nothing left to commit.
commit_all() {
  git add --all
  git commit --quiet --message "$1" >&2 || git diff --quiet HEAD
}

lead() {
  # Two that no git can merge without help.
  case $TEAMS_EPIC_ID in E1 | E2) register "$TEAMS_EPIC_ID
" ;; esac
  # The check refuses this; the next attempt has a finding and does better.
  rm -f broken.txt
  if [ "$TEAMS_EPIC_ID" = E3 ] && grep -q '^ "findings": \[\]' "$TEAMS_EPIC_FILE"; then : >broken.txt; fi
  stories=
  for story in $(todo); do
    printf 'the work of %s\n' "$story" >"$story.txt"
    commit_all "$story"
    commit=$(git log -1 --format=%H -- "$story.txt")
    stories="$stories${stories:+,}\"$story\":{\"passes\":true,\"commit\":\"$commit\"}"
    answer "{\"epicId\":\"$TEAMS_EPIC_ID\",\"stories\":{$stories}}"
  done
  # Every story is done, and a finding is mended or the tree is as it was.
  [ -n "$stories" ] || commit_all mended
  answer "{\"epicId\":\"$TEAMS_EPIC_ID\",\"stories\":{$stories}}"
}

case $TEAMS_ROLE in
  team-lead | builder) lead ;;
  merger)
    register ''
    git add --all
    git commit --quiet --message resolved
    answer '{"resolved":true}'
    ;;
  final-validator)
    answer '{"phase":"final-validation","verdict":"pass","tests":"pass","browser_check":"na","timestamp":"2024-01-01T00:00:00Z"}'
    ;;
esac
