// SPDX-License-Identifier: Apache-2.0
/**
 * Time sharing for the virtual threads of any program: {@code java
 * -javaagent:overtake-agent.jar=quantum=1ms -jar app.jar}.
 */
package dev.overtake.agent;
