import type { TemplateRule } from './template-rule';

/** What a user's synth asks about the templates: with an error of one of them it ends. */
export const VALIDATED: TemplateRule = {
  says: 'neither the CDK nor cdk-nag, which a synth asks, finds anything that ends it',
  check({ app, validators }) {
    const stackTemplates = app.synth().stacks.map((stack) => ({
      stackConstructPath: stack.hierarchicalId,
      templatePath: stack.templateFullPath,
      region: stack.environment.region,
      accountId: undefined,
    }));
    const templatePaths = stackTemplates.map(({ templatePath }) => templatePath);
    expect(validators.map(({ name }) => name)).toEqual(['CloudFormation Validate', 'AwsSolutions']);
    for (const validator of validators) {
      const { success, violations } = validator.validate({ stackTemplates, templatePaths, appConstruct: app });
      if (!success) throw new Error(`${validator.name}: ${JSON.stringify(violations, null, 1)}`);
    }
  },
};
