// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/// The signals that ask a process to end. A shutdown hook cannot decide the exit status and does
/// not see a second signal; the JDK's handler can, and is reached by reflection since it has no
/// supported name.
public final class Signals {
  private static final int INTERRUPT = 2;
  private static final int TERMINATE = 15;

  private Signals() {}

  /// Calls `action` with the signal's number for each SIGINT and SIGTERM from now on, instead of
  /// ending the process. Returns whether this Java can: if not, the process ends as usual.
  public static boolean onEnd(IntConsumer action) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              handlerType.getClassLoader(),
              new Class<?>[] {handlerType},
              (_, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.accept((int) type.getMethod("getNumber").invoke(arguments[0]));
                }
                return null;
              });
      Method handle = type.getMethod("handle", type, handlerType);
      handle.invoke(null, type.getConstructor(String.class).newInstance("INT"), handler);
      handle.invoke(null, type.getConstructor(String.class).newInstance("TERM"), handler);
      return true;
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException _) {
      return false;
    }
  }

  /// Ends the process now, as a signal would.
  public static void endNow(int signal) {
    Runtime.getRuntime().halt(128 + (signal == INTERRUPT || signal == TERMINATE ? signal : 0));
  }
}
