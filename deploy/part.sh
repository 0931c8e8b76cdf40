#!/bin/sh
# Grades one part of a class, on one of several machines. The same script for every kind of job array.
#
#   part.sh SUBMISSIONS OUT [OPTION…]      OPTIONs are drydock grade's: --lesson 5 --roster /class/roster.csv …
#
# Needed in the environment, the same for every part:
#   DRYDOCK_SEED         the seed of this grading: a secret until everything is handed in
#   DRYDOCK_GRADE_SALT   what pseudonyms are made with: a secret for good
# Which part, and of how many, is in the array's own variables (Kubernetes, AWS Batch, Slurm); otherwise DRYDOCK_PART=2/8.
#
# Results go to OUT/part-N. Run again, it goes on where it was. Exit status: drydock grade's.
set -eu

submissions=${1:?usage: part.sh SUBMISSIONS OUT [OPTION…]}
out=${2:?usage: part.sh SUBMISSIONS OUT [OPTION…]}
shift 2
: "${DRYDOCK_SEED:?must be set, the same for every part}"
: "${DRYDOCK_GRADE_SALT:?must be set, the same for every part}"

index=${JOB_COMPLETION_INDEX:-${AWS_BATCH_JOB_ARRAY_INDEX:-${SLURM_ARRAY_TASK_ID:-}}}
if [ -n "$index" ]; then part=auto; else part=${DRYDOCK_PART:?is neither set nor is this a job array}; index=${part%%/*}; fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec "${DRYDOCK:-$here/../bin/drydock.mjs}" grade "$submissions" --out "$out/part-$index" \
  --shard "$part" --seed "$DRYDOCK_SEED" --format none "$@"
