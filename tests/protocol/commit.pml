/* SPDX-License-Identifier: Apache-2.0
 *
 * The commit protocol: a source that delivers again and forgets what was acknowledged, two writers
 * of which one at a time may write, a store whose log loses its unsynced end, and faults in between.
 * docs/internals/protocol.md says which function of the library each step stands for.
 *
 * A name in capitals that is not a number below is a mutant: a known mistake, put in with -D. Each
 * must break the property that it is about (protocol_test.py); what is without mutants must break
 * none. Numbers say how much of everything happens; faults are finite so that they stop.
 */

#ifndef RECORDS
#define RECORDS 3  /* at most */
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef LOSSES
#define LOSSES 1  /* of power */
#endif
#ifndef FAULTS
#define FAULTS 1  /* writes of unknown outcome, failed syncs */
#endif
#ifndef REPEATS
#define REPEATS 1  /* deliveries without a position */
#endif
#ifndef BREAKS
#define BREAKS 1  /* the lock is taken from a living writer */
#endif
#ifdef LIES
#define KEPT_ON_DISK 0  /* the disk forgets what it said was synced, but not the watermark */
#else
#define KEPT_ON_DISK durable
#endif

#define NOBODY 2
#define ENTRIES 6  /* of the log; the protocol needs RECORDS, some mutants more */
#define ROW 16
#define OFFSET 32

/* --- The source --- */
byte trimmed;  /* acknowledged; records below cannot be read again */

/* --- The store on disk: a log, and what it amounts to --- */
byte entries[ENTRIES];
byte length;       /* what a reader of the files sees */
byte durable;      /* what a loss of power leaves at least */
bool stuck;        /* a sync failed: the system forgot that entries beyond `durable` are not there */
byte effects[3];  /* how often each record took effect */
byte checkpoint;         /* the stored checkpoint */
byte watermark;    /* the note of what is durable, in a file that is not synced each time ... */
byte watermark_on_disk;  /* ... so a loss of power may put it back */
byte epoch;
byte lock = NOBODY;

/* --- What the properties look at --- */
bool killed[2];
bool unexamined;   /* no writer has looked at the files since the power was lost */
bool refused;      /* an opening found less than the watermark says */
bool late;         /* an effect of a writer became visible after a newer one had opened */
bool backwards;    /* a commit moved the checkpoint back */

byte kills = KILLS, losses = LOSSES, faults = FAULTS, repeats = REPEATS, breaks = BREAKS;

inline apply(entry) {
  if
  :: (entry) & ROW -> effects[(entry) & 15]++
  :: else
  fi;
  if
  :: (entry) & OFFSET -> checkpoint = ((entry) & 15) + 1
  :: else
  fi
}

inline append(entry) {
  entries[length] = (entry);
  length++;
  backwards = backwards || (((entry) & OFFSET) && ((entry) & 15) + 1 < checkpoint);
  late = late || my_epoch != epoch;
  apply(entry)
}

/* The log ends after `count` entries from now on. */
inline cut(count) {
  d_step {
    checkpoint = 0;
    at = 0;
    do
    :: at < 3 -> effects[at] = 0; at++
    :: else -> break
    od;
    at = 0;
    do
    :: at < length && at < count -> apply(entries[at]); at++
    :: at < length && at >= count -> entries[at] = 0; at++
    :: else -> break
    od;
    length = count;
    at = 0
  }
}

#if defined(NO_FENCE_TWO_HANDLES) || defined(NO_FENCE_ONE_STORE)
#define MAY_WRITE true
#else
#define MAY_WRITE (lock == me && my_epoch == epoch)
#endif
#ifdef NO_FENCE_TWO_HANDLES
#define REACHES_THE_STORE (my_epoch == epoch)
#else
#define REACHES_THE_STORE true
#endif

/* One atomic write: `entry`, as far as this handle's log is still the store's. */
inline write(entry) {
  if
  :: REACHES_THE_STORE && length < ENTRIES -> append(entry)
  :: else
  fi
}

/* A writer and its host. It reads a record, decides by what the store has, writes. */
proctype Writer(byte me) {
  byte my_epoch, position, committed, mark, synced, record;
  bool fresh, remembered, numbered;

closed:
  {
    /* Open: the lock, the watermark, a new epoch. What was found is durable afterwards. */
    atomic {
      lock == NOBODY ->
      lock = me;
      unexamined = false;
#ifndef SILENT_OPEN
      refused = refused || checkpoint < watermark;
#endif
      epoch++;
      my_epoch = epoch;
      durable = length;
      stuck = false;
      watermark = checkpoint;
      watermark_on_disk = checkpoint;
      committed = checkpoint;
      mark = checkpoint;
      synced = checkpoint;
#ifdef CHECKPOINT_FROM_MEMORY
      position = (remembered -> position : checkpoint);
#else
      position = checkpoint;
#endif
      /* What was accepted as lost is lost: the source begins where it can. */
      position = (position < trimmed -> trimmed : position);
      remembered = true;
      record = 0;
      fresh = false
    };
opened:
    do
    /* The next record, with its position. */
    :: atomic {
         position < RECORDS ->
         record = position;
         fresh = effects[record] == 0;
         numbered = true
       }
       goto commit

    /* An old one again, without its position: the key alone decides. */
    :: atomic {
         repeats > 0 && position > 0 && position > trimmed ->
         repeats--;
         record = position - 1;
         fresh = effects[record] == 0;
         numbered = false
       }
       goto commit

    /* Sync. Success covers what was committed before it. */
    :: atomic {
         MAY_WRITE && committed > synced ->
#ifdef WATERMARK_BEFORE_SYNC
         watermark = committed;
       }
       atomic {
         MAY_WRITE ->
#endif
         if
         :: durable = ((REACHES_THE_STORE && !stuck) -> length : durable);
            synced = committed
         :: faults > 0 ->
            faults--;
            stuck = true;
#ifndef SYNC_RETRIED
            goto poisoned
#endif
         fi
       }
#ifdef WATERMARK_NOT_FENCED
    :: atomic { synced > mark -> watermark = synced; mark = synced }
#else
    :: atomic { MAY_WRITE && synced > mark -> watermark = synced; mark = synced }
#endif

    /* Acknowledge to the source. */
#ifdef ACK_BEFORE_SYNC
    :: atomic { committed > trimmed -> trimmed = committed }
#else
    :: atomic { mark > trimmed -> trimmed = mark }
#endif

    /* Fenced: the handle is closed, the host lives on. */
    :: atomic { !MAY_WRITE -> goto poisoned }
    od;

commit:
#ifdef NO_DEDUP
    fresh = true;
#endif
    atomic {
      if
      :: !MAY_WRITE -> goto poisoned
      :: MAY_WRITE && !fresh && !numbered -> skip  /* DUPLICATE, nothing to write */
      :: MAY_WRITE && (fresh || numbered) ->
#if defined(OFFSET_FIRST) || defined(OFFSET_LAST)
         if
         :: numbered ->
#ifdef OFFSET_FIRST
            write(record | OFFSET)
#else
            if
            :: fresh -> write(record | ROW)
            :: else
            fi
#endif
         :: else -> write(record | ROW)
         fi
      fi
    };
    atomic {
      if
      :: !MAY_WRITE -> goto poisoned
      :: MAY_WRITE && !numbered -> skip
      :: MAY_WRITE && numbered ->
#ifdef OFFSET_LAST
         write(record | OFFSET);
#else
         if
         :: fresh -> write(record | ROW)
         :: else
         fi;
#endif
#else
         if
         :: write(record | (fresh -> ROW : 0) | (numbered -> OFFSET : 0))
         :: faults > 0 ->  /* unknown, and it is there */
            faults--;
            write(record | (fresh -> ROW : 0) | (numbered -> OFFSET : 0));
            goto unknown
         :: faults > 0 ->  /* unknown, and it is not */
            faults--;
            goto unknown
         fi;
#endif
         if
         :: numbered -> position = record + 1; committed = position
         :: else
         fi
      fi
    }
    goto opened;

unknown:
#if defined(UNKNOWN_COMPENSATED)
    /* "It failed": the host hands the record in once more, as if it were another one. */
    atomic { fresh = true; goto commit }
#elif defined(RESUMED_WITHOUT_READING)
    /* "It will be there": the host goes on from what it remembers, on the same handle. */
    atomic {
      position = (numbered -> record + 1 : position);
      committed = position;
      goto opened
    }
#elif defined(CHECKPOINT_FROM_MEMORY)
    position = (numbered -> record + 1 : position);
#endif

poisoned:
    atomic {
      lock = (lock == me -> NOBODY : lock);
#ifdef NEVER_REOPENED
      false;
#endif
      goto closed
    }
  } unless {
    atomic {
      killed[me] ->
      killed[me] = false;
      my_epoch = 0; position = 0; committed = 0; mark = 0; synced = 0; record = 0;
      fresh = false; remembered = false; numbered = false;
      goto closed
    }
  }
}

active proctype Environment() {
  byte count, at;
end:
  do
  :: atomic {
       kills > 0 && lock != NOBODY ->
       kills--;
       killed[lock] = true;
#ifndef STALE_LOCK
       lock = NOBODY
#endif
     }
  :: atomic {  /* somebody removes the lock file, or moves the directory */
       breaks > 0 && lock != NOBODY ->
       breaks--;
       lock = NOBODY
     }
  :: atomic {
       losses > 0 ->
       losses--;
       killed[0] = true;
       killed[1] = true;
       lock = NOBODY;
       count = KEPT_ON_DISK;
       do
       :: count < length -> count++
       :: break
       od;
       cut(count);
       durable = length;
       stuck = false;
#ifndef LIES
       if
       :: watermark = watermark_on_disk
       :: skip
       fi;
#endif
       unexamined = true;
       count = 0
     }
  od
}

init {
  atomic { run Writer(0); run Writer(1) }
}

#define HAS(r) (effects[r] > 0)
#define AT_MOST_ONCE (effects[0] < 2 && effects[1] < 2 && effects[2] < 2)
#define ALL_BELOW(offset) \
  ((offset < 1 || HAS(0)) && (offset < 2 || HAS(1)) && (offset < 3 || HAS(2)))

ltl once { [] AT_MOST_ONCE }
ltl not_ahead { [] ALL_BELOW(checkpoint) }
ltl kept { [] ALL_BELOW(trimmed) }
ltl forward { [] !backwards }
ltl fenced { [] !late }
ltl no_false_alarm { [] !refused }
ltl safe {
  [] (AT_MOST_ONCE && ALL_BELOW(checkpoint) && ALL_BELOW(trimmed) && !backwards && !late &&
      !refused)
}
ltl told { [] (ALL_BELOW(trimmed) || unexamined || refused) }
ltl arrives { <> (trimmed == RECORDS) }
