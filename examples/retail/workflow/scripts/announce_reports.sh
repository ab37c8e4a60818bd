#!/bin/bash
# $1 is the business date, $2 the bucket: a shell node gets its parameters by position.
set -eu
date > "/tmp/$1.done"
ossutil cp "/tmp/$1.done" "oss://$2/$1.done"
