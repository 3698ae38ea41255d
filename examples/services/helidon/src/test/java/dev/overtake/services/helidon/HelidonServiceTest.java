// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.helidon;

import dev.overtake.services.common.Model;
import dev.overtake.services.contract.ServiceContract;
import java.util.List;

final class HelidonServiceTest extends ServiceContract {
  HelidonServiceTest() {
    super(HelidonService::start);
  }

  @Override
  protected List<Model> models() {
    return List.of(Model.VIRTUAL, Model.OVERTAKE);
  }

  @Override
  protected List<Model> stallingModels() {
    return List.of(Model.VIRTUAL);
  }
}
