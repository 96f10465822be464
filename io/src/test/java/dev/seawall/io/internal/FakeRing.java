// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// A ring whose results a test decides: what, when and in which order. Nothing is ever written.
final class FakeRing implements Ring {
  /// One request as the kernel would see it.
  record Request(
      int id, boolean sync, long position, long bytes, boolean durable, boolean dataOnly) {}

  private record Result(int id, int value) {}

  private final int entries;
  private final List<Request> prepared = new ArrayList<>();
  private final List<Request> inKernel = new ArrayList<>();
  private final Deque<Result> results = new ArrayDeque<>();
  private final Deque<Integer> answersToSubmit = new ArrayDeque<>();
  private @Nullable ToIntFunction<Request> answerAtOnce;
  private @Nullable Runnable whenSlept;
  private int takesAtMost = Integer.MAX_VALUE;
  private int wakeUps;
  boolean closed;

  FakeRing(int entries) {
    this.entries = entries;
  }

  // ---- the script

  /// Returns what was handed to the kernel and has no result yet, oldest first.
  List<Request> inKernel() {
    return List.copyOf(inKernel);
  }

  /// Returns what was prepared and not handed over.
  List<Request> prepared() {
    return List.copyOf(prepared);
  }

  /// Returns the request with the kernel that writes at a position.
  Request at(long position) {
    return inKernel.stream()
        .filter(each -> !each.sync() && each.position() == position)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no write at " + position + " in " + inKernel));
  }

  /// Returns the sync with the kernel.
  Request sync() {
    return inKernel.stream()
        .filter(Request::sync)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no sync in " + inKernel));
  }

  /// Ends a request: with a count of bytes, or minus an error number.
  void end(Request request, int result) {
    if (!inKernel.remove(request)) {
      throw new AssertionError(request + " is not with the kernel");
    }
    results.addLast(new Result(request.id(), result));
  }

  void endWell(Request request) {
    end(request, (int) request.bytes());
  }

  /// Ends every later request as soon as it is handed over.
  void answerAtOnce(ToIntFunction<Request> answer) {
    answerAtOnce = answer;
  }

  /// The next submissions take nothing and return this error number.
  void refuseSubmission(int errno, int times) {
    for (int i = 0; i < times; i++) {
      answersToSubmit.addLast(-errno);
    }
  }

  void takesAtMost(int requests) {
    takesAtMost = requests;
  }

  /// What happens while somebody sleeps in the ring; it must end a request.
  void whenSlept(Runnable action) {
    whenSlept = action;
  }

  // ---- the seam

  @Override
  public int entries() {
    return entries;
  }

  @Override
  public boolean prepareWrite(
      int id, int descriptor, MemorySegment source, long position, boolean durable) {
    return prepare(new Request(id, false, position, source.byteSize(), durable, false));
  }

  @Override
  public boolean prepareSync(int id, int descriptor, boolean dataOnly) {
    return prepare(new Request(id, true, 0, 0, false, dataOnly));
  }

  private boolean prepare(Request request) {
    if (inKernel.stream().anyMatch(each -> each.id() == request.id())
        || results.stream().anyMatch(each -> each.id() == request.id())) {
      throw new AssertionError("request " + request.id() + " is in use");
    }
    return prepared.size() < entries && prepared.add(request);
  }

  @Override
  public int submit(int wait) {
    if (closed) {
      throw new AssertionError("submit to a closed ring");
    }
    Integer answer = answersToSubmit.poll();
    if (answer != null) {
      return answer;
    }
    int taken = Math.min(prepared.size(), takesAtMost);
    for (Request each : prepared.subList(0, taken)) {
      inKernel.add(each);
      ToIntFunction<Request> atOnce = answerAtOnce;
      if (atOnce != null) {
        end(each, atOnce.applyAsInt(each));
      }
    }
    prepared.subList(0, taken).clear();
    if (wait > 0 && results.isEmpty() && wakeUps > 0) {
      wakeUps = 0;
    } else if (wait > 0 && results.isEmpty()) {
      Runnable action = whenSlept;
      if (action == null) {
        throw new AssertionError("this sleeps for ever: " + inKernel);
      }
      action.run();
    }
    return taken;
  }

  @Override
  public void wake() {
    wakeUps++;
  }

  @Override
  public int reap(Results sink) {
    int reaped = 0;
    Result next;
    while ((next = results.poll()) != null) {
      sink.ended(next.id(), next.value());
      reaped++;
    }
    return reaped;
  }

  @Override
  public void close() {
    closed = true;
  }
}
