// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/// Looks for one failure of a test, in main classes that somebody broke on purpose: the program
/// behind `sqlite/mutants/run`.
///
/// `TestHunt CLASS[#METHOD]` prints `found - REASON` or `survived`. A test that is skipped, or does
/// not fit the broken classes, has shown nothing: that is neither.
final class TestHunt {
  private TestHunt() {}

  public static void main(String[] args) throws Exception {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectors(args[0])).build(),
            listener);
    TestExecutionSummary summary = listener.getSummary();
    String told = verdict(args[0], summary);
    System.out.println();
    System.out.println(told);
    System.out.flush();
    // Threads of a broken replicator may still be there.
    Runtime.getRuntime().halt(0);
  }

  private static List<? extends DiscoverySelector> selectors(String test) throws Exception {
    int hash = test.indexOf('#');
    if (hash < 0) {
      return List.of(DiscoverySelectors.selectClass(test));
    }
    Class<?> type = Class.forName(test.substring(0, hash));
    // Tests with parameters, too, which a name alone does not select.
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> !method.isSynthetic())
        .filter(method -> method.getName().equals(test.substring(hash + 1)))
        .map(method -> DiscoverySelectors.selectMethod(type, method))
        .toList();
  }

  private static String verdict(String test, TestExecutionSummary summary) {
    for (TestExecutionSummary.Failure failure : summary.getFailures()) {
      if (failure.getException() instanceof LinkageError error) {
        return "error " + test + " does not fit the classes: " + error;
      }
    }
    if (!summary.getFailures().isEmpty()) {
      TestExecutionSummary.Failure first = summary.getFailures().getFirst();
      String name = test.contains("#") ? "" : first.getTestIdentifier().getDisplayName() + " ";
      return "found - " + name + reason(first.getException());
    }
    long shown = summary.getTestsSucceededCount();
    return shown > 0 ? "survived" : "error " + test + ": no such test, or it is skipped here";
  }

  private static String reason(Throwable violation) {
    String text = String.valueOf(violation.getMessage()).strip();
    String words = String.join(" ", text.lines().limit(6).map(String::strip).toList()).strip();
    String name = violation.getClass().getSimpleName();
    return words.isEmpty() ? name : words.substring(0, Math.min(160, words.length()));
  }
}
