#!/bin/sh
# An agent that takes no time of its own to think. The two empty files tell when it began and ended.
: > "$TEAMS_RESULT_PATH.begin"
n=${TEAMS_EPIC_ID#E-}
echo "work of $TEAMS_EPIC_ID" > "src/m$((n % 20))/file-$((n % 80)).txt"
git add -A && git commit -q -m "Work of $TEAMS_EPIC_ID" || exit 1
printf '{"epicId":"%s","stories":{"%s-1":{"passes":true,"commit":"%s"}}}' \
  "$TEAMS_EPIC_ID" "$TEAMS_EPIC_ID" "$(git rev-parse HEAD)" > "$TEAMS_RESULT_PATH.tmp"
mv "$TEAMS_RESULT_PATH.tmp" "$TEAMS_RESULT_PATH"
: > "$TEAMS_RESULT_PATH.end"
