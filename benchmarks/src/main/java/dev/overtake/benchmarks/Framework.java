// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A service of {@code examples/services}, whose processes are started as their users start theirs.
 */
enum Framework {
  JETTY("jetty", "jetty.JettyService"),
  TOMCAT("tomcat", "tomcat.TomcatService"),
  HELIDON("helidon", "helidon.HelidonService"),
  SPRING_BOOT("spring-boot", "springboot.SpringBootService"),
  GRPC("grpc", "grpc.GrpcService"),
  VERTX("vertx", "vertx.VertxService");

  /** The folder of the services, which {@code benchmarks/run} has built. */
  private static final String FOLDER = "overtake.services";

  private final String spelling;
  private final String main;

  Framework(String spelling, String main) {
    this.spelling = spelling;
    this.main = main;
  }

  static String choices() {
    return Arrays.stream(values()).map(Framework::toString).collect(Collectors.joining(", "));
  }

  /**
   * Finds the framework of that name.
   *
   * @throws IllegalArgumentException if there is none; the message has the value and the choices
   */
  static Framework parse(String spelling) {
    return Arrays.stream(values())
        .filter(framework -> framework.spelling.equals(spelling))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "framework unknown: " + spelling + "; choose of " + choices()));
  }

  /** Whether it can be asked over HTTP/1.1. */
  boolean speaksHttp() {
    return this != GRPC;
  }

  /**
   * What to tell the JVM that shall become the service on a free port.
   *
   * @param model {@code agent} for {@code virtual}: the agent is the JVM's
   * @throws IOException if it has not been built
   */
  List<String> arguments(String model) throws IOException {
    Path jars =
        Path.of(System.getProperty(FOLDER, "."), spelling, "target", "quick", "application");
    if (!Files.isDirectory(jars)) {
      throw new IOException(
          spelling + ": the service is not built; start this with benchmarks/run");
    }
    return List.of(
        "-cp",
        jars + "/*",
        "dev.overtake.services." + main,
        "--model",
        model.equals("agent") ? "virtual" : model,
        "--port",
        "0");
  }

  @Override
  public String toString() {
    return spelling;
  }
}
