// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// A bar on standard error, when a person sits there; else nothing.
final class Progress implements AutoCloseable {
  private static final int WIDTH = 100;

  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /// Begins a task of `total` steps.
  static Progress start(Session session, String task, String unit, long total) {
    if (!session.drawsProgress()) {
      return new Progress(null);
    }
    return new Progress(builder(session, task).setUnit(unit, 1).setInitialMax(total).build());
  }

  /// Begins a task of `total` bytes; it also shows how many go by in a second.
  static Progress ofBytes(Session session, String task, long total) {
    if (!session.drawsProgress()) {
      return new Progress(null);
    }
    return new Progress(
        builder(session, task)
            .setUnit(" MiB", 1 << 20)
            .setInitialMax(total)
            .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
            .build());
  }

  private static ProgressBarBuilder builder(Session session, String task) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis((int) Duration.ofMillis(250).toMillis())
        .setConsumer(new ConsoleProgressBarConsumer(session.err(), WIDTH));
  }

  void to(long done) {
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  void ofTotal(long done, long total) {
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
    }
  }

  void say(String text) {
    if (bar != null) {
      bar.setExtraMessage(text);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
