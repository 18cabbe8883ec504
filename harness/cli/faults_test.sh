#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot faults and --faults: one table, and the cases that are selected by it.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

expect "all kinds" 0 "$SABOT" faults
matches out '^kill +SIGKILL to the process'
matches out '^errno +a call fails with an error that POSIX allows for it'
matches out '^short +a read or write moves'
matches out '^cascade +a second fault strikes after the first'
expect "a cascade" 0 "$SABOT" faults cascade
matches out '^cascade '
grep -q SIGKILL out && complain "a cascade was asked for"
expect "the errors of each call" 0 "$SABOT" faults errno
matches out '^  semop +EINTR EIDRM EAGAIN\? ENOMEM\? ENOSPC\? ENOMEM\+\? ENOSPC\+\?$'
matches out '^  sleep +EINTR$'
matches out '^  pthread_create +EAGAIN$'
matches out '^  open on a stream +EINTR .* ENXIO\?'
matches out '^  read on a stream +EINTR ECONNRESET '
matches out '^  read on a file +EINTR EIO '
matches out '^  recv +EINTR '
grep -q SIGKILL out && complain "one kind was asked for"
expect "two kinds" 2 "$SABOT" faults errno short
matches err 'one kind of fault is told of at a time'
expect "short transfers, on what" 0 "$SABOT" faults short
holds out <<'END'
short     a read or write moves one byte or half, once, or half from then on
          hits reads and writes of files, pipes and stream sockets at their points
  read                     1 0 0+
  write                    1 0 0+
  send                     1 0 0+
  sendto                   1 0 0+
  sendmsg                  1 0 0+
  recv                     1 0 0+
  recvfrom                 1 0 0+
  recvmsg                  1 0 0+
  pread                    1 0 0+
  pwrite                   1 0 0+
  on file                  1 0 0+
  on pipe                  1 0 0+
  on socket                1 0 0+
  0: the victim can move half only, once,
  1: the victim can move a few bytes only, once,
  +: from then on
END
expect "what can be removed" 0 "$SABOT" faults remove
holds out <<'END'
remove    somebody else removes what the task is at, or truncates the file
          hits System V objects; names of POSIX objects, files, FIFOs, lock files, sockets
  on SysV semaphore        0
  on SysV segment          0
  on SysV message queue    0
  on POSIX message queue   0
  on POSIX semaphore       0
  on record lock           0
  on OFD lock              0
  on flock                 0
  on file                  0 1
  on pipe with a name      0
  on socket with a name    0
  0: the victim is robbed of its object, which somebody removes
  1: the victim is robbed of its object, which somebody truncates
END
expect "limits" 0 "$SABOT" faults limit
holds out <<'END'
limit     the process has reached a limit of its resources, from then on
          hits processes: at every point, some limits at the calls that meet them
  anywhere                 0 1
  semget                   0 1 3
  shmget                   0 1 3
  msgget                   0 1 3
  mq_open                  0 1 4
  fork                     0 1 2
  posix_spawn              0 1 2
  pthread_create           0 1 2
  0: the victim can have no more descriptors
  1: the victim can have no more memory
  2: the victim can have no more processes
  3: the victim can have no more System V objects
  4: the victim can have no more message queues
END
expect "a kind that there is not" 2 "$SABOT" faults maim
matches err 'there is no kind of fault "maim"'

expect "cases with such a fault" 0 "$SABOT" list -v --faults errno,short sockets-epoll/short-io
matches out 'eintr-anywhere'
matches out 'short-anywhere'
grep -q kill-anywhere out && complain "a case with another fault was selected"
expect "cases with a second fault" 0 "$SABOT" list -v --faults cascade sysv-sem/bounded-buffer
matches out 'kill-two'
grep -q kill-anywhere out && complain "a case with one fault was selected"
expect "a kind in a list that there is not" 2 "$SABOT" list --faults errno,maim
matches err 'there is no kind of fault "maim"'
refuses "no case" 4 "sabot: no case has a fault of that kind (\`sabot run --inject\` strikes \
cases that have none)" \
	"$SABOT" list --faults short sysv-sem/semundo-crash

expect "short transfers and errors, twice" 0 "$SABOT" run --twice -j1 --out results \
	--faults errno,short sockets-epoll/short-io
matches out 'eintr-anywhere.* kill points ([0-9]+) of \1$'
matches out ':short-anywhere.* kill points ([0-9]+) of \1$'
verdict "faults in calls are listed, selected, and strike wherever they can"
