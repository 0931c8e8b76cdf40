#!/bin/sh
# Joins what part.sh left: one gradebook, and reports.
#
#   merge.sh OUT [OPTION…]      reads OUT/part-*, writes OUT/graded; OPTIONs are drydock grade merge's: --format html,canvas …
#
# Exit status: 0 where the class is complete, 1 where something is missing or contradicts itself; it says what.
set -eu

out=${1:?usage: merge.sh OUT [OPTION…]}
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec "${DRYDOCK:-$here/../bin/drydock.mjs}" grade merge "$out"/part-* --out "$out/graded" "$@"
