// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import dev.overtake.compute.Compute;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds handlers by name: those that come with the server, and users' own classes. */
public final class Handlers {
  private static final String BUILT_IN = "echo, fib, countdown";

  private Handlers() {}

  /**
   * Finds a handler that comes with the server ({@code echo}, {@code fib}, {@code countdown}), or
   * makes one of a class that this library's class loader can find.
   *
   * @param name a name from above or that of a class
   * @return the handler
   * @throws IllegalArgumentException as {@link #named(String, ClassLoader)}
   */
  public static Handler named(String name) {
    return named(name, Handlers.class.getClassLoader());
  }

  /**
   * As {@link #named(String)}, with classes from these folders and jars.
   *
   * @param name a name from above or that of a class
   * @param classPath folders and jars; they stay open as long as the handler is in use
   * @return the handler
   * @throws IllegalArgumentException as {@link #named(String, ClassLoader)}, or if a folder or jar
   *     can't be read
   */
  public static Handler named(String name, List<Path> classPath) {
    return named(name, classPath, Compute.inline());
  }

  /**
   * As {@link #named(String, List)}, for a handler whose heavy calls run wherever a compute has
   * them run: {@code fib} asks it for each number, with the kind {@code fib} and n as the hint, and
   * so may a class that has a public constructor with a {@link Compute} as its only parameter. The
   * others do without.
   *
   * @param name a name from above or that of a class
   * @param classPath as above; worker processes must be given the same
   * @param compute need not be started before the first connection
   * @return the handler
   * @throws IllegalArgumentException as {@link #named(String, List)}
   */
  public static Handler named(String name, List<Path> classPath, Compute compute) {
    if (classPath.isEmpty()) {
      return named(name, Handlers.class.getClassLoader(), compute);
    }
    URLClassLoader loader = new URLClassLoader(urls(classPath), Handlers.class.getClassLoader());
    try {
      return named(name, loader, compute);
    } catch (Throwable e) {
      close(loader, e);
      throw e;
    }
  }

  /**
   * As {@link #named(String)}, with classes from this loader.
   *
   * @param name a name from above, or that of a public class that implements {@link Handler} and
   *     has a public constructor without parameters or with a {@link Compute}, which is then {@link
   *     Compute#inline()}
   * @param loader finds the class
   * @return the handler
   * @throws IllegalArgumentException if there is no such handler or it can't be made; the message
   *     says in one line which and why
   */
  public static Handler named(String name, ClassLoader loader) {
    return named(name, loader, Compute.inline());
  }

  private static Handler named(String name, ClassLoader loader, Compute compute) {
    return switch (name) {
      case "echo" -> new Echo();
      // The detour by a task is for those who want one: it is longer than a short request.
      case "fib" -> compute.equals(Compute.inline()) ? new Fib() : new DelegatedFib(compute);
      case "countdown" -> new Countdown();
      default -> make(name, loader, compute);
    };
  }

  private static Handler make(String name, ClassLoader loader, Compute compute) {
    try {
      Class<?> type = Class.forName(name, true, loader);
      if (!Handler.class.isAssignableFrom(type)) {
        throw unusable(name, "it does not implement " + Handler.class.getName(), null);
      }
      return (Handler) construct(type, compute);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "handler unknown: %s; choose one of %s, or name a class on the class path"
              .formatted(name, BUILT_IN),
          e);
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw unusable(
          name,
          "make it a public class with a public constructor without parameters, or with a "
              + Compute.class.getName()
              + "; "
              + e.getMessage(),
          e);
    } catch (InvocationTargetException e) {
      throw unusable(
          name,
          "its constructor failed: "
              + Failures.oneLine(Objects.requireNonNullElse(e.getCause(), e)),
          e);
    } catch (LinkageError e) {
      throw unusable(name, Failures.oneLine(e), e);
    }
  }

  private static Object construct(Class<?> type, Compute compute)
      throws NoSuchMethodException,
          IllegalAccessException,
          InstantiationException,
          InvocationTargetException {
    for (Constructor<?> constructor : type.getConstructors()) {
      if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Compute.class})) {
        return constructor.newInstance(compute);
      }
    }
    return type.getConstructor().newInstance();
  }

  private static IllegalArgumentException unusable(
      String name, String why, @Nullable Throwable cause) {
    return new IllegalArgumentException("handler " + name + " can't be used: " + why, cause);
  }

  private static URL[] urls(List<Path> classPath) {
    URL[] urls = new URL[classPath.size()];
    for (int i = 0; i < urls.length; i++) {
      Path entry = classPath.get(i);
      if (!Files.isReadable(entry)) {
        throw new IllegalArgumentException(
            "class path: no readable folder or jar: " + entry + "; name one that exists");
      }
      try {
        urls[i] = entry.toUri().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException("class path: not the name of a file: " + entry, e);
      }
    }
    return urls;
  }

  private static void close(URLClassLoader loader, Throwable failure) {
    try {
      loader.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
