import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  ClientAttributes,
  type IUserPool,
  OAuthScope,
  ResourceServerScope,
  UserPoolClient,
  UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { paths } from '../../functions/serve-console/paths.ts';
import { programScope, roles } from '../../shared/use-cases/access.ts';
import { defaults, type Settings } from '../settings.ts';
import { partnerAttribute, type People } from './people.ts';

interface SignInProps {
  readonly settings: Pick<Settings, 'signIn' | 'programs'>;
  readonly people: People | undefined;
  /** Where the console is, without a slash at the end. */
  readonly origin: string;
}

const tokensLast = Duration.hours(1);

/** Who says who people are: the issuer of the settings, or the Cognito user pool of the product's own. */
export class SignIn extends Construct {
  readonly issuer: string;
  readonly audience: string[];
  /** The console as the issuer knows it: a public client, which proves itself by PKCE. */
  readonly consoleClientId: string;

  constructor(scope: Construct, id: string, { settings, people, origin }: SignInProps) {
    super(scope, id);
    if (settings.signIn) {
      const { issuer, audience, consoleClientId } = settings.signIn;
      this.issuer = issuer;
      this.audience = [...audience];
      this.consoleClientId = consoleClientId;
      return;
    }
    if (!people) throw new Error('without an issuer of the settings there must be a user pool');
    const { userPoolClientId } = this.#console(people.pool, origin);
    const programs = this.#programs(people.pool, settings.programs);
    // The provider's URL by CloudFormation is this as well, but not every engine of templates knows that attribute.
    this.issuer = `https://${people.pool.userPoolProviderName}`;
    // The tokens of programs have no audience; API Gateway then looks at whose they are.
    this.audience = [userPoolClientId, ...Object.values(programs)];
    this.consoleClientId = userPoolClientId;
    new CfnOutput(Stack.of(this), 'SignInIssuer', { value: this.issuer });
    new CfnOutput(Stack.of(this), 'Programs', { value: Stack.of(this).toJsonString(programs) });
  }

  #console(userPool: IUserPool, origin: string): UserPoolClient {
    return new UserPoolClient(this, 'Console', {
      userPool,
      generateSecret: false,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [origin + paths.signedIn],
        logoutUrls: [origin + paths.signOut],
      },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: tokensLast,
      idTokenValidity: tokensLast,
      readAttributes: new ClientAttributes()
        .withStandardAttributes({ email: true, emailVerified: true, fullname: true })
        .withCustomAttributes(partnerAttribute),
      // Nobody may give themselves a partner: unless told otherwise, a client may write every attribute. Cognito
      // refuses a client that may not write what is required.
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
    });
  }

  /**
   * A client for each program. Cognito puts no claims into their tokens without a function of its own for each token, but
   * scopes, which a client gets only if they are among its own.
   * @returns the ids of the clients, by the names of the programs
   */
  #programs(userPool: IUserPool, programs: Settings['programs']): Readonly<Record<string, string>> {
    const granted = Object.entries(programs).map(([name, { partnerId, roles: held }]) => ({
      name,
      scopeNames: [
        ...held,
        programScope.program(name),
        ...(partnerId === undefined ? [] : [programScope.partner(partnerId)]),
      ],
    }));
    if (granted.length === 0) return {};
    const scopes = new Map(
      [...roles, ...granted.flatMap(({ scopeNames }) => scopeNames)].map((scopeName) => [
        scopeName,
        new ResourceServerScope({ scopeName, scopeDescription: scopeName }),
      ]),
    );
    const server = new UserPoolResourceServer(this, 'ResourceServer', {
      userPool,
      identifier: defaults.poolClaimNames.programScopes,
      scopes: [...scopes.values()],
    });
    return Object.fromEntries(
      granted.map(({ name, scopeNames }) => {
        const client = new UserPoolClient(this, `Program-${name}`, {
          userPool,
          userPoolClientName: name,
          generateSecret: true,
          // Without any, Cognito would let people sign in by this client.
          authFlows: { userSrp: false },
          oAuth: {
            flows: { clientCredentials: true },
            scopes: [...scopes]
              .filter(([scopeName]) => scopeNames.includes(scopeName))
              .map(([, scope]) => OAuthScope.resourceServer(server, scope)),
          },
          accessTokenValidity: tokensLast,
        });
        return [name, client.userPoolClientId];
      }),
    );
  }
}
