// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.wal.internal.log.Cursor;
import dev.seawall.wal.internal.log.LogView;
import dev.seawall.wal.internal.log.OpenLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/// A reader of accepted records looks into the file while the group is on its way there: no window
/// holds it any more, and the file does not have it yet. Found by [RealThreadsTest], one run in
/// many: when the write ended between the read and the reader's second look, the reader called it
/// damage.
final class WrittenMeanwhileTest {
  private static final int DURABLE = 10;

  @Test
  void whatIsWrittenBehindAReadersBackIsNoDamage() throws Exception {
    SimLog sim = new SimLog(1);
    OpenLog log = OpenLog.open(SimLog.DIRECTORY, sim.options, sim.machine.machine());
    try {
      for (long index = 1; index <= DURABLE; index++) {
        append(log, index, Durability.SYNCED);
      }
      append(log, DURABLE + 1, Durability.BUFFERED);
      try (Cursor cursor = new Cursor(onItsWay(log), Visibility.ACCEPTED, 1)) {
        for (int i = 0; i < DURABLE; i++) {
          assertThat(cursor.next()).isTrue();
        }
        assertThat(cursor.next()).as("not in the file when it was read").isFalse();
        log.writer().flush();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.frame().index()).isEqualTo(DURABLE + 1);
      }
    } finally {
      log.close();
    }
  }

  private static void append(OpenLog log, long index, Durability durability) throws Exception {
    byte[] payload = SimLog.payload(index);
    log.writer().append(payload, 0, payload.length, index, durability, null);
  }

  /// The log as a reader sees it whose window was just taken, and whose write ends right after the
  /// reader has read the file.
  private static LogView onItsWay(OpenLog log) {
    boolean[] taken = new boolean[1];
    return (LogView)
        Proxy.newProxyInstance(
            LogView.class.getClassLoader(),
            new Class<?>[] {LogView.class},
            (_, method, arguments) -> {
              if (method.getName().equals("copyAccepted")) {
                taken[0] = true;
                return 0L;
              }
              if (taken[0] && !method.getName().equals("files")) {
                log.writer().flush();
              }
              try {
                return method.invoke(log, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
