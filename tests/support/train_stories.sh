#!/bin/sh
# Makes daemon/dedup/similarity_weights.c and relation_weights.c anew, or measures how they are made.
#
# usage: train_stories.sh BUILD WORK CORPUS [--folds story|source]
#
# CORPUS is shared/corpus/stories, BUILD a folder in which replay_file is built.  Makes the archives
# in WORK (make_story_archives.py, make_stock_archives.py), trains on them and leaves the tables
# there.  The same corpus and build give the same tables.
# --folds trains on two thirds of the articles and scores on the others, three times, and prints the
# figures of every archive scored on: what the setting is chosen by (docs/STORIES.md).
set -eu

here=$(dirname "$0")
case $#,${4-} in
3,|5,--folds) ;;
*) sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2 ;;
esac
build=$1 work=$2 corpus=$3
shift 3
[ -f "$corpus/storyscore.py" ] || { echo "no corpus: $corpus" >&2; exit 2; }
mkdir -p "$work"
work=$(cd "$work" && pwd)
python3 "$here/make_story_archives.py" "$corpus" "$work" "$@" 2> "$work/archives.log"
python3 "$here/make_stock_archives.py" "$work"
cc -O3 -D_GNU_SOURCE "$here/train_network.c" -o "$work/train_network" -lm

# What the index sees when each article joins its true story, for both networks.
print_rows() {
    "$build/tests/unit/dedup/replay_file" "$work/$1.jsonl" --truth "$work/$1.tsv" |
        awk '{ printf "%s 1", $1; for (i = 9; i <= NF; i++) printf " %s", $i; print "" }' \
            > "$work/$1.similarity"
    "$build/tests/unit/dedup/replay_file" "$work/$1.jsonl" --relations "$work/$1.tsv" |
        python3 "$here/label_relations.py" "$work/$1.tsv" > "$work/$1.relation"
}

# train FOLDER SETS...
train() {
    folder=$1 similarity='' relation=''
    shift
    mkdir -p "$folder"
    for set in "$@"; do
        [ -f "$work/$set.relation" ] || print_rows "$set"
        similarity="$similarity $work/$set.similarity" relation="$relation $work/$set.relation"
    done
    # Names of files hold no spaces.
    {
        printf '/* Made by tests/support/train_stories.sh: do not edit. */\n'
        printf '#include "dedup/similarity_model.h"\n\n'
        # shellcheck disable=SC2086
        "$work/train_network" similarity 1 16 3 16 5e-5 $similarity
    } > "$folder/similarity_weights.c"
    {
        printf '/* Made by tests/support/train_stories.sh: do not edit. */\n'
        printf '#include "dedup/relation.h"\n\n'
        # shellcheck disable=SC2086
        "$work/train_network" relation 3 8 3 15 3e-5 $relation
    } > "$folder/relation_weights.c"
}

# Rows of other code are of no use.
rm -f "$work"/*.similarity "$work"/*.relation
if [ $# -eq 0 ]; then
    train "$work" dev w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 v0 v1 v2 v3 f0 f1 f2 s0 s1 s2 s3
    exit
fi
for fold in 0 1 2; do
    # shellcheck disable=SC2046
    train "$work/$fold" $(printf "t$fold-%d " 0 1 2 3 4 5 6 7 8 9 10 11) s0 s1
done
trap 'cmake -DWIREWATCH_STORY_WEIGHTS= "$build" > "$work/build.log"' EXIT
for fold in 0 1 2; do
    cmake "-DWIREWATCH_STORY_WEIGHTS=$work/$fold" "$build" > "$work/build.log"
    cmake --build "$build" --target replay_file > "$work/build.log"
    cp "$build/tests/unit/dedup/replay_file" "$work/$fold/replay_file"
done
for fold in 0 1 2; do
    for set in 0 1 2 3; do
        printf '%s %s %s\n' "$work/$fold/replay_file" "$work/h$fold-$set.jsonl" "$work/h$fold-$set.tsv"
    done
done | python3 "$here/score_stories.py" "$corpus/storyscore.py"
