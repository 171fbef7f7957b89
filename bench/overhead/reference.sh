#!/bin/sh
# The git steps of a run and nothing else, for $1 epics, in the repository that is the working directory.
set -e
head=$(git rev-parse main)
git branch integration "$head"
i=0
while [ "$i" -lt "$1" ]; do
  i=$((i + 1))
  worktree=.teams/worktrees/E-$i
  git worktree add -q --no-track -b "epic/E-$i" "$worktree" "$head"
  echo "work of E-$i" > "$worktree/src/m$((i % 20))/file-$((i % 80)).txt"
  git -C "$worktree" add -A
  git -C "$worktree" commit -q -m "Work of E-$i"
  tree=$(git merge-tree --write-tree "$head" "epic/E-$i")
  commit=$(git commit-tree -p "$head" -p "epic/E-$i" -m "E-$i" "$tree")
  git update-ref refs/heads/integration "$commit" "$head"
  head=$commit
  git worktree remove "$worktree"
done
