/** The smallest ink program in the alternate screen: the yardstick for the tutor's first frame. */
import { render, Text } from 'ink';
import { createElement } from 'react';

render(createElement(Text, null, 'first frame'), { alternateScreen: true });
setInterval(() => {}, 60_000);
