// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.springboot;

import dev.overtake.services.common.Command;
import dev.overtake.services.common.Endpoints;
import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The service on Spring Boot, with Tomcat inside. Nothing in it knows of Overtake: properties tell
 * the auto-configuration, and Spring Boot, whose threads to use.
 */
public final class SpringBootService {
  private SpringBootService() {}

  static void main(String[] arguments) throws Exception {
    Command.run("spring-boot", SpringBootService::start, arguments);
  }

  static Service start(Model model, Endpoints endpoints, int port) {
    Map<String, Object> properties =
        switch (model) {
          case THREADS -> Map.of("overtake.enabled", false);
          case VIRTUAL -> Map.of("overtake.enabled", false, "spring.threads.virtual.enabled", true);
          case OVERTAKE -> Map.of();
          case EVENT_LOOP, VERTICLE -> throw model.notIn("spring-boot");
        };
    SpringApplication application = new SpringApplication(Application.class);
    application.setDefaultProperties(properties);
    application.setRegisterShutdownHook(false);
    application.addInitializers(
        (ApplicationContextInitializer<GenericApplicationContext>)
            context ->
                context.registerBean(
                    Endpoints.class, () -> endpoints, bean -> bean.setDestroyMethodName("")));
    var context =
        (ServletWebServerApplicationContext)
            application.run(
                "--server.address=" + Service.loopback(port).getHostString(),
                "--server.port=" + port,
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn");
    return new Service() {
      @Override
      public int port() {
        return Objects.requireNonNull(context.getWebServer()).getPort();
      }

      @Override
      public void close() {
        context.close();
      }
    };
  }

  @SpringBootApplication
  @RestController
  static class Application {
    private final Endpoints endpoints;

    Application(Endpoints endpoints) {
      this.endpoints = endpoints;
    }

    @GetMapping("/short")
    String quick() throws IOException, SQLException {
      return endpoints.answer(Request.SHORT, 0);
    }

    @GetMapping("/long")
    String computed(@RequestParam(name = "n", defaultValue = "" + Endpoints.DEFAULT_N) int n)
        throws IOException, SQLException {
      return endpoints.answer(Request.LONG, n);
    }

    @GetMapping("/file")
    String rules() throws IOException, SQLException {
      return endpoints.answer(Request.FILE, 0);
    }

    @GetMapping("/rows")
    String books() throws IOException, SQLException {
      return endpoints.answer(Request.ROWS, 0);
    }
  }
}
