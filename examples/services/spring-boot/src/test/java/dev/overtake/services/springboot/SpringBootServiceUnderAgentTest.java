// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.springboot;

import dev.overtake.services.common.Model;
import dev.overtake.services.contract.ServiceContract;
import java.util.List;
import org.junit.jupiter.api.Tag;

/**
 * In a JVM with the agent, Spring Boot has time sharing as it is, on what it takes for the JDK's
 * threads.
 */
@Tag("agent")
final class SpringBootServiceUnderAgentTest extends ServiceContract {
  SpringBootServiceUnderAgentTest() {
    super(SpringBootService::start);
  }

  @Override
  protected List<Model> models() {
    return List.of(Model.VIRTUAL);
  }

  @Override
  protected List<Model> sharingModels() {
    return List.of(Model.VIRTUAL);
  }

  @Override
  protected List<Model> stallingModels() {
    return List.of();
  }
}
